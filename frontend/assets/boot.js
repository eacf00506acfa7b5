// Owns the start of the page: takes the fragment out of the address bar before anything else runs, then loads the app.
// Classic and old in syntax, so that a browser that cannot run the app still gets a sentence that says so.
(function () {
  'use strict';
  // A fragment carries a sealed message with its secret: out of the address bar and of history, at once.
  var fragment = takeFragment();
  var app = null;
  var tries = 0;

  function takeFragment() {
    var taken = location.hash;
    if (taken) history.replaceState(history.state, '', location.pathname + location.search);
    return taken;
  }

  function show(id) {
    ['loading', 'no-wasm', 'load-failed'].forEach(function (other) {
      document.getElementById(other).hidden = other !== id;
    });
    document.getElementById('static').hidden = id === null;
  }

  // The sanitiser is fetched when the first message is shown. WebAssembly cannot spell `import()` itself.
  function loadSanitiser() {
    return import('/purify.js');
  }

  function load() {
    show('loading');
    // A browser may remember a module that failed: another name makes it ask again.
    var again = tries === 0 ? '' : '?again=' + tries;
    tries += 1;
    import('/sealpost-web.js' + again)
      .then(function (module) {
        return module.default({ module_or_path: '/sealpost-web_bg.wasm' }).then(function () {
          app = module;
          show(null);
          module.start(fragment, loadSanitiser);
          fragment = '';
        });
      })
      .catch(function (error) {
        console.error(error);
        show('load-failed');
      });
  }

  // The link of a second message, put into this tab's address bar, changes the fragment without a reload.
  addEventListener('hashchange', function () {
    var taken = takeFragment();
    if (!taken) return;
    if (app) app.arrive(taken);
    else fragment = taken;
  });

  document.addEventListener('DOMContentLoaded', function () {
    document.getElementById('load-again').addEventListener('click', load);
    if (typeof WebAssembly !== 'object' || typeof WebAssembly.instantiate !== 'function') show('no-wasm');
    else load();
  });
})();
