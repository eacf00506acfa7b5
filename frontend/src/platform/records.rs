//! Owns IndexedDB: one object store of records under text keys.
//!
//! Each request becomes a promise, so that a future can be dropped at any time and the browser still finishes what was
//! asked. Connections are closed at once: no tab blocks another.

use std::{future::Future, pin::pin};

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

const DATABASE: &str = "sealpost";
const STORE: &str = "envelopes";
/// Browsers have left requests unanswered: storage that takes longer counts as blocked (milliseconds).
const TIME_OUT: u32 = 15_000;

/// The browser blocks storage, or has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocked;

/// Stores `value` under `key`; returns when it is written.
///
/// # Errors
/// [`Blocked`].
pub(crate) async fn put(key: &str, value: &JsValue) -> Result<(), Blocked> {
    write(|store| store.put_with_key(value, &JsValue::from_str(key)).map(drop)).await
}

/// Deletes what is under `keys`.
///
/// # Errors
/// [`Blocked`].
pub(crate) async fn delete(keys: &[String]) -> Result<(), Blocked> {
    write(|store| {
        for key in keys {
            store.delete(&JsValue::from_str(key))?;
        }
        Ok(())
    })
    .await
}

/// The value under `key`.
///
/// # Errors
/// [`Blocked`].
pub(crate) async fn get(key: &str) -> Result<Option<JsValue>, Blocked> {
    let value = read(|store| store.get(&JsValue::from_str(key))).await?;
    Ok((!value.is_undefined()).then_some(value))
}

/// Every key.
///
/// # Errors
/// [`Blocked`].
pub(crate) async fn keys() -> Result<Vec<String>, Blocked> {
    let keys = read(IdbObjectStore::get_all_keys).await?;
    Ok(keys
        .unchecked_into::<Array>()
        .iter()
        .filter_map(|key| key.as_string())
        .collect())
}

async fn write(ask: impl FnOnce(&IdbObjectStore) -> Result<(), JsValue>) -> Result<(), Blocked> {
    in_time(async {
        let database = Connection::open().await?;
        let transaction = database.begin(IdbTransactionMode::Readwrite)?;
        let done = completed(&transaction);
        ask(&transaction.object_store(STORE)?)?;
        done.await.map(drop)
    })
    .await
}

async fn read(
    ask: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Result<JsValue, Blocked> {
    in_time(async {
        let database = Connection::open().await?;
        let transaction = database.begin(IdbTransactionMode::Readonly)?;
        let request = ask(&transaction.object_store(STORE)?)?;
        succeeded(&request).await
    })
    .await
}

async fn in_time<T>(work: impl Future<Output = Result<T, JsValue>>) -> Result<T, Blocked> {
    match select(pin!(work), TimeoutFuture::new(TIME_OUT)).await {
        Either::Left((done, _)) => done.map_err(|_| Blocked),
        Either::Right(_) => Err(Blocked),
    }
}

/// An open database, closed when dropped.
struct Connection(IdbDatabase);

impl Connection {
    async fn open() -> Result<Self, JsValue> {
        let factory = web_sys::window()
            .ok_or(JsValue::UNDEFINED)?
            .indexed_db()?
            .ok_or(JsValue::UNDEFINED)?;
        let request = factory.open_with_u32(DATABASE, 1)?;
        let upgrade = Closure::once_into_js({
            let request: IdbOpenDbRequest = request.clone();
            move || {
                if let Ok(database) = request.result() {
                    // An error here fails the request, which is where it is seen.
                    let _ = database
                        .unchecked_into::<IdbDatabase>()
                        .create_object_store(STORE);
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        succeeded(&request)
            .await
            .map(|database| Self(database.unchecked_into()))
    }

    fn begin(&self, mode: IdbTransactionMode) -> Result<IdbTransaction, JsValue> {
        self.0.transaction_with_str_and_mode(STORE, mode)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Takes effect after the transactions that are under way.
        self.0.close();
    }
}

/// The result of `request`.
fn succeeded(request: &IdbRequest) -> JsFuture {
    let promise = Promise::new(&mut |resolve, reject| {
        let answered = request.clone();
        let success = once(move || {
            let result = answered.result().unwrap_or_default();
            let _ = resolve.call1(&JsValue::UNDEFINED, &result);
        });
        let error = once(move || {
            let _ = reject.call0(&JsValue::UNDEFINED);
        });
        request.set_onsuccess(Some(&success));
        request.set_onerror(Some(&error));
    });
    JsFuture::from(promise)
}

/// Resolves when `transaction` is written, rejects when it is not.
fn completed(transaction: &IdbTransaction) -> JsFuture {
    let promise = Promise::new(&mut |resolve, reject| {
        let complete = once(move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        let abort = once(move || {
            let _ = reject.call0(&JsValue::UNDEFINED);
        });
        transaction.set_oncomplete(Some(&complete));
        // Every error aborts the transaction.
        transaction.set_onabort(Some(&abort));
    });
    JsFuture::from(promise)
}

/// A handler that frees itself when called, or when the browser drops it uncalled.
fn once(handler: impl FnOnce() + 'static) -> Function {
    Closure::once_into_js(handler).unchecked_into()
}
