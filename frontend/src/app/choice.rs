//! Owns the decision how a person signs in: which ways can be taken here, in which order, and what shows next. Pure.

use sealpost_api::account::{AccountView, Way};

use super::Problem;

/// What this browser adds to the portal's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Browser {
    /// It knows passkeys.
    pub(crate) passkeys: bool,
    /// A passkey was made or used here before.
    pub(crate) passkey_known: bool,
    /// The envelope survives a round trip to a provider.
    pub(crate) kept: bool,
}

/// A way as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// The way.
    pub(crate) way: Way,
    /// Why it cannot be taken now.
    pub(crate) blocked: Option<Blocked>,
}

/// Why a way is shown and cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocked {
    /// The provider does not answer.
    Unavailable,
    /// The browser blocks storage: the envelope would be lost on the way there and back.
    Storage,
}

/// The ways in the order of the screen: the portal's, with a passkey first where one is known, and last where none is.
/// Passkeys are left out where the browser has none.
pub(crate) fn offered(ways: &[Way], browser: Browser) -> Vec<Offered> {
    let passkey = (browser.passkeys && ways.contains(&Way::Passkey)).then_some(Way::Passkey);
    let others = ways.iter().filter(|way| **way != Way::Passkey).cloned();
    let (first, last) = if browser.passkey_known {
        (passkey, None)
    } else {
        (None, passkey)
    };
    first
        .into_iter()
        .chain(others)
        .chain(last)
        .map(|way| Offered {
            blocked: match &way {
                Way::Account(provider) if !provider.available => Some(Blocked::Unavailable),
                Way::Account(_) if !browser.kept => Some(Blocked::Storage),
                _ => None,
            },
            way,
        })
        .collect()
}

/// What happened just before a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The button of the form was pressed, and no session opens the message.
    Asked,
    /// The person wants to see the ways.
    Elsewhere,
    /// A way was tried, and failed.
    Failed(Problem),
    /// Signed in with an account just now, and it does not open the message.
    Account {
        /// Whether the provider's word would have been proof for the address.
        proves: bool,
    },
    /// Signed in with a passkey just now, and it does not open the message.
    Passkey,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// A passcode is mailed at once.
    Passcode,
    /// The account needs a passcode to go with it, once: the person is asked first.
    Complete,
    /// The person chooses a way.
    Choose(Option<Problem>),
}

/// Decides. `account`: the one this browser is signed in with.
pub(crate) fn next(
    turn: Turn,
    ways: &[Way],
    account: Option<&AccountView>,
    browser: Browser,
) -> Next {
    let offered = offered(ways, browser);
    let can_take = offered.iter().any(|way| way.blocked.is_none());
    if !can_take {
        return Next::Choose(Some(Problem::NoWay));
    }
    let passcode = takes_passcode(ways, account);
    match turn {
        Turn::Elsewhere => Next::Choose(None),
        Turn::Failed(problem) => Next::Choose(Some(problem)),
        Turn::Passkey => Next::Choose(Some(Problem::PasskeyElsewhere)),
        // The screen before has said so: no second question.
        Turn::Account { proves: false } if passcode => Next::Passcode,
        Turn::Account { proves: true } if passcode => Next::Complete,
        Turn::Account { .. } => Next::Choose(Some(Problem::OtherAccount)),
        Turn::Asked => match account {
            // A touch is less to do than a passcode.
            _ if offered[0].way == Way::Passkey => Next::Choose(None),
            Some(account) if passcode && !better_account(&offered, account) => Next::Complete,
            None if only_passcode(ways) => Next::Passcode,
            _ => Next::Choose(None),
        },
    }
}

/// Whether a passcode to the address is enough: alone, or to complete the account, which then is one of the ways itself.
fn takes_passcode(ways: &[Way], account: Option<&AccountView>) -> bool {
    ways.iter().any(|way| match way {
        Way::Passcode => true,
        Way::Account(provider) => account.is_some_and(|account| account.provider == provider.id),
        Way::Passkey => false,
    })
}

/// Whether another provider than the account's can prove the address by its word.
fn better_account(offered: &[Offered], account: &AccountView) -> bool {
    offered.iter().any(|offered| {
        matches!(&offered.way, Way::Account(provider) if provider.proves && provider.id != account.provider)
            && offered.blocked.is_none()
    })
}

/// Whether a passcode is the one way besides passkeys: then there is nothing to choose.
fn only_passcode(ways: &[Way]) -> bool {
    ways.contains(&Way::Passcode)
        && ways
            .iter()
            .all(|way| matches!(way, Way::Passcode | Way::Passkey))
}

#[cfg(test)]
mod tests {
    use sealpost_api::account::{Icon, ProviderView};

    use super::*;

    const BROWSER: Browser = Browser {
        passkeys: true,
        passkey_known: false,
        kept: true,
    };
    const KNOWN: Browser = Browser {
        passkey_known: true,
        ..BROWSER
    };
    const OLD: Browser = Browser {
        passkeys: false,
        ..BROWSER
    };

    fn provider(id: &str, proves: bool) -> ProviderView {
        ProviderView {
            id: id.to_owned(),
            label: id.to_uppercase(),
            icon: Icon::Key,
            available: true,
            proves,
        }
    }

    fn account(id: &str) -> AccountView {
        AccountView {
            provider: id.to_owned(),
            label: id.to_uppercase(),
        }
    }

    fn everything() -> Vec<Way> {
        vec![
            Way::Account(provider("google", true)),
            Way::Passkey,
            Way::Account(provider("contoso", false)),
            Way::Passcode,
        ]
    }

    fn order(ways: &[Way], browser: Browser) -> Vec<String> {
        offered(ways, browser)
            .iter()
            .map(|offered| match &offered.way {
                Way::Account(provider) => provider.id.clone(),
                Way::Passcode => "passcode".to_owned(),
                Way::Passkey => "passkey".to_owned(),
            })
            .collect()
    }

    #[test]
    fn the_portals_order_holds_and_a_passkey_comes_last_or_where_known_first() {
        let ways = everything();
        assert_eq!(
            order(&ways, BROWSER),
            ["google", "contoso", "passcode", "passkey"]
        );
        assert_eq!(
            order(&ways, KNOWN),
            ["passkey", "google", "contoso", "passcode"]
        );
        assert_eq!(order(&ways, OLD), ["google", "contoso", "passcode"]);
    }

    #[test]
    fn accounts_are_blocked_where_storage_or_the_provider_is_away() {
        let mut down = provider("google", true);
        down.available = false;
        let ways = [
            Way::Account(down),
            Way::Account(provider("contoso", false)),
            Way::Passcode,
        ];
        let blocked = |browser| {
            offered(&ways, browser)
                .into_iter()
                .map(|offered| offered.blocked)
                .collect::<Vec<_>>()
        };
        assert_eq!(blocked(BROWSER), [Some(Blocked::Unavailable), None, None]);
        let unkept = Browser {
            kept: false,
            ..BROWSER
        };
        assert_eq!(
            blocked(unkept),
            [Some(Blocked::Unavailable), Some(Blocked::Storage), None]
        );
    }

    #[test]
    fn without_providers_a_passcode_is_mailed_at_once_unless_a_passkey_is_known() {
        let ways = [Way::Passcode, Way::Passkey];
        for browser in [BROWSER, OLD] {
            assert_eq!(next(Turn::Asked, &ways, None, browser), Next::Passcode);
        }
        assert_eq!(next(Turn::Asked, &ways, None, KNOWN), Next::Choose(None));
        assert_eq!(
            next(Turn::Asked, &[Way::Passcode], None, KNOWN),
            Next::Passcode
        );
    }

    #[test]
    fn with_a_provider_the_person_chooses() {
        assert_eq!(
            next(Turn::Asked, &everything(), None, BROWSER),
            Next::Choose(None)
        );
    }

    #[test]
    fn an_account_that_is_no_proof_goes_straight_to_the_passcode_and_one_that_should_have_been_asks_first()
     {
        let ways = everything();
        let contoso = account("contoso");
        let google = account("google");
        let turn = |proves| Turn::Account { proves };
        assert_eq!(
            next(turn(false), &ways, Some(&contoso), BROWSER),
            Next::Passcode
        );
        assert_eq!(
            next(turn(true), &ways, Some(&google), BROWSER),
            Next::Complete
        );
    }

    #[test]
    fn a_known_account_is_completed_unless_another_one_is_proof() {
        let ways = everything();
        assert_eq!(
            next(Turn::Asked, &ways, Some(&account("google")), BROWSER),
            Next::Complete
        );
        assert_eq!(
            next(Turn::Asked, &ways, Some(&account("contoso")), BROWSER),
            Next::Choose(None)
        );
        assert_eq!(
            next(Turn::Asked, &ways, Some(&account("google")), KNOWN),
            Next::Choose(None)
        );
    }

    #[test]
    fn where_no_passcode_is_allowed_alone_none_is_asked_for_without_an_account_of_the_ways() {
        let ways = [Way::Account(provider("contoso", true)), Way::Passkey];
        for turn in [
            Turn::Asked,
            Turn::Elsewhere,
            Turn::Account { proves: true },
            Turn::Account { proves: false },
            Turn::Passkey,
            Turn::Failed(Problem::Damaged),
        ] {
            for account in [None, Some(&account("google"))] {
                let next = next(turn.clone(), &ways, account, BROWSER);
                assert!(matches!(next, Next::Choose(_)), "{turn:?}: {next:?}");
            }
        }
        assert_eq!(
            next(
                Turn::Account { proves: true },
                &ways,
                Some(&account("google")),
                BROWSER
            ),
            Next::Choose(Some(Problem::OtherAccount))
        );
    }

    #[test]
    fn a_passcode_completes_an_account_of_the_ways_even_where_it_is_not_enough_alone() {
        let ways = [Way::Account(provider("contoso", true)), Way::Passkey];
        for turn in [Turn::Asked, Turn::Account { proves: true }] {
            assert_eq!(
                next(turn, &ways, Some(&account("contoso")), BROWSER),
                Next::Complete
            );
        }
    }

    #[test]
    fn what_failed_is_said_where_the_ways_are() {
        assert_eq!(
            next(Turn::Passkey, &everything(), None, BROWSER),
            Next::Choose(Some(Problem::PasskeyElsewhere))
        );
        assert_eq!(
            next(Turn::Failed(Problem::Damaged), &everything(), None, KNOWN),
            Next::Choose(Some(Problem::Damaged))
        );
    }

    #[test]
    fn an_address_without_a_way_in_this_browser_is_told_so() {
        let mut down = provider("contoso", true);
        down.available = false;
        for ways in [vec![Way::Passkey], vec![Way::Passkey, Way::Account(down)]] {
            assert_eq!(
                next(Turn::Asked, &ways, None, OLD),
                Next::Choose(Some(Problem::NoWay)),
                "{ways:?}"
            );
        }
    }
}
