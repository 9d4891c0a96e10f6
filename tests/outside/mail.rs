//! Mail that leaves, and what arrives of it.

use std::sync::Arc;

use lectern::accounts::model::SiteRole;
use lectern::clock::{DAY, HOUR, MINUTE, SECOND};
use lectern::id::UserId;
use lectern::mail::letter::{Kind, Letter, Part};
use lectern::mail::sending::send_due;
use lectern::mail::store::{LetterRow, public_count_letters, public_post};
use lectern::sessions::caller::Caller;

use crate::app::{App, ORIGIN, task};
use crate::server;

async fn app(mail: &str) -> App {
    App::with(&[("LECTERN_SMTP_URL", mail), ("LECTERN_MAIL_FROM", "Lectern <lectern@uni.example>")]).await
}

/// What was received for an address, whole, in the order in which it came.
fn received(address: &str) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(server("LECTERN_TEST_RECEIVED"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    names.sort();
    let mails = names.iter().map(|path| String::from_utf8(std::fs::read(path).unwrap()).unwrap());
    mails.filter(|mail| mail.contains(&format!("X-Rcpt-To: {address}\r\n"))).collect()
}

async fn post(app: &App, address: &str) {
    let mut write = app.site.db.begin_write(Arc::new(Caller::of_the_system())).await.unwrap();
    let parts =
        vec![Part::Words("Grüße".to_owned()), Part::Link { words: "Open".to_owned(), address: format!("{ORIGIN}/x") }];
    let letter = Letter {
        kind: Kind::Reset,
        user: None::<UserId>,
        address: address.to_owned(),
        subject: "Set a new password".into(),
        parts,
        good_for: 3 * DAY,
    };
    public_post(&mut write, &app.site, letter).await.unwrap();
    write.commit().await.unwrap();
}

async fn rows(app: &App, state: &str) -> Vec<LetterRow> {
    let mut read = app.site.db.read(Arc::new(Caller::of_the_system())).await.unwrap();
    task().admin(&mut read).list_letters(state, 0, 1_000).await.unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_set_with_what_really_arrives() {
    let app = app(&server("LECTERN_TEST_MAIL")).await;
    app.person("arrives", SiteRole::Student).await;
    app.anonymous().post("/fn/ask_reset", &[("email", "arrives@uni.example")]).await;
    assert_eq!(send_due(&app.site).await.unwrap(), 1);
    assert_eq!(send_due(&app.site).await.unwrap(), 0, "it is sent once");
    let mails = received("arrives@uni.example");
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    for header in [
        "From: Lectern <lectern@uni.example>",
        "To: arrives@uni.example",
        "Subject: Set a new password",
        "Auto-Submitted: auto-generated",
        "Content-Type: multipart/alternative",
        "X-Mail-From: lectern@uni.example",
    ] {
        assert!(mail.contains(header), "{header}: {mail}");
    }
    // Long lines are folded on the way, as the mail says (quoted-printable).
    let whole = mail.replace("=\r\n", "").replace("=3D", "=");
    let at = whole.find("/reset/").unwrap();
    let link = whole[at..].split_whitespace().next().unwrap();
    assert!(app.anonymous().get(link).await.has("Set a new password"), "{link}");
    assert!(rows(&app, "sent").await.iter().all(|row| !row.has_words()), "its words are gone");
}

#[tokio::test]
async fn it_leaves_with_tls_and_a_password_and_never_without() {
    let app_of = server("LECTERN_TEST_MAILS");
    let sealed = app(&app_of).await;
    post(&sealed, "sealed@uni.example").await;
    send_due(&sealed.site).await.unwrap();
    assert_eq!(received("sealed@uni.example").len(), 1, "{:?}", rows(&sealed, "waiting").await);
    // A server that does not offer STARTTLS gets nothing, and neither does one whose password is another.
    let plain = server("LECTERN_TEST_MAIL");
    for refused in [format!("{plain}?tls=required"), app_of.replace("mail-secret", "another-secret")] {
        let refused = app(&refused).await;
        post(&refused, "refused-way@uni.example").await;
        send_due(&refused.site).await.unwrap();
        assert!(received("refused-way@uni.example").is_empty());
        assert!(rows(&refused, "sent").await.is_empty());
    }
}

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not() {
    let app = app(&server("LECTERN_TEST_MAIL")).await;
    for name in ["once", "later", "refused"] {
        post(&app, &format!("{name}@uni.example")).await;
    }
    assert_eq!(send_due(&app.site).await.unwrap(), 3);
    let waiting = rows(&app, "waiting").await;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|row| row.last_error.as_deref().unwrap().contains("Come back later")), "{waiting:?}");
    let dead = rows(&app, "dead").await;
    assert!(dead.len() == 1 && dead[0].last_error.as_deref().unwrap().contains("nobody with this address"), "{dead:?}");
    assert_eq!(send_due(&app.site).await.unwrap(), 0, "not at once");
    app.clock.advance(10 * SECOND);
    assert_eq!(send_due(&app.site).await.unwrap(), 2);
    assert_eq!(received("once@uni.example").len(), 1);
    // Nine tries in a day, then it is given up.
    let mut tries = 2;
    for wait in [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR] {
        app.clock.advance(wait - SECOND);
        assert_eq!(send_due(&app.site).await.unwrap(), 0, "after {tries} tries");
        app.clock.advance(SECOND);
        assert_eq!(send_due(&app.site).await.unwrap(), 1, "after {tries} tries");
        tries += 1;
    }
    assert_eq!((tries, rows(&app, "dead").await.len()), (9, 2));
    // An admin has it tried again.
    let admin = app.admin("ada").await;
    let list = admin.get("/admin/outbox?state=dead").await;
    assert!(list.has("to later@uni.example") && list.has("Come back later") && list.has("Try again"), "{}", list.body);
    let id = rows(&app, "dead").await.iter().find(|row| row.address.starts_with("later")).unwrap().id.to_string();
    admin.post("/fn/retry_letter", &[("letter", &id)]).await;
    assert_eq!(rows(&app, "waiting").await.len(), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_nothing_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let app = app(&format!("smtp://{}", silent.local_addr().unwrap())).await;
    post(&app, "silent@uni.example").await;
    assert_eq!(send_due(&app.site).await.unwrap(), 1);
    let waiting = rows(&app, "waiting").await;
    assert_eq!(waiting[0].last_error.as_deref(), Some("nothing, for too long"));
}

#[tokio::test]
async fn a_letter_whose_link_is_over_is_not_sent() {
    let app = app("smtp://127.0.0.1:1").await;
    app.person("over", SiteRole::Student).await;
    app.anonymous().post("/fn/ask_reset", &[("email", "over@uni.example")]).await;
    assert_eq!(send_due(&app.site).await.unwrap(), 1, "nobody answers there");
    assert_eq!(rows(&app, "waiting").await.len(), 1);
    app.clock.advance(30 * MINUTE);
    assert_eq!(send_due(&app.site).await.unwrap(), 0);
    assert!(rows(&app, "dead").await.iter().all(|row| !row.has_words()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_do_not_send_the_same_letter() {
    let app = app(&server("LECTERN_TEST_MAIL")).await;
    for number in 0..40 {
        post(&app, &format!("two-nodes-{number}@uni.example")).await;
    }
    let (first, second) =
        tokio::join!(async { send_due(&app.site).await.unwrap() + send_due(&app.site).await.unwrap() }, async {
            send_due(&app.site).await.unwrap() + send_due(&app.site).await.unwrap()
        },);
    assert_eq!(first + second, 40);
    for number in 0..40 {
        assert_eq!(received(&format!("two-nodes-{number}@uni.example")).len(), 1, "{number}");
    }
    let counts = public_count_letters(&mut app.site.db.read(Arc::new(Caller::of_the_system())).await.unwrap()).await;
    assert_eq!(counts.unwrap().sent, 40);
}
