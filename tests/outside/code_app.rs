//! oathtool as the telephone: another implementation of RFC 6238 than the one the server uses.

use std::process::Command;

use lectern::accounts::model::SiteRole;
use lectern::clock::SECOND;

use crate::app::{App, PASSWORD};

/// What oathtool makes of a key at a moment.
pub fn oathtool(key: &str, now: i64) -> String {
    let at = format!("@{}", now / SECOND);
    let made = Command::new("oathtool").args(["--totp", "--base32", "--now", &at, key]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn another_implementation_makes_the_codes_that_are_taken() {
    let app = App::start().await;
    let sam = app.person("sam", SiteRole::Student).await;
    sam.post("/fn/begin_code_app", &[]).await;
    let page = sam.get("/account/security/code-app").await;
    let (_, rest) = page.body.split_once("<code class=\"key\">").unwrap();
    let key = rest.split('<').next().unwrap().replace(' ', "");
    let set_up = [("code", oathtool(&key, app.clock.now()))];
    let set_up: Vec<(&str, &str)> = set_up.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(sam.post("/fn/confirm_code_app", &set_up).await.location(), "/account/security/recovery-codes");
    // Over a hundred days, whatever the second within its step.
    for round in 0..50_i64 {
        app.clock.advance((2 * 86_400 + 61 + round) * SECOND);
        let visitor = app.anonymous();
        assert_eq!(visitor.sign_in("sam", PASSWORD).await.location(), "/login/second");
        let late = oathtool(&key, app.clock.now() - 60 * SECOND);
        let now = oathtool(&key, app.clock.now());
        if late != now {
            visitor.post("/fn/second_step", &[("code", &late)]).await;
            assert!(visitor.cookie("lectern").is_none(), "two steps late");
        }
        assert_eq!(visitor.post("/fn/second_step", &[("code", &now)]).await.location(), "/");
    }
}
