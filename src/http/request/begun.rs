//! What happens to this browser's session when its person signs in, goes half way, proves again who they are, or leaves.

use std::sync::Arc;

use tower_sessions::Session;

use super::{current, go_on, sign_in_address, site};
use crate::accounts::model::SiteRole;
use crate::db::Write;
use crate::error::AppError;
use crate::failure::{Broken, Failure};
use crate::http::Site;
use crate::http::session::{self, SIGN_IN};
use crate::id::SignInId;
use crate::sessions::caller::{Caller, Person};
use crate::sessions::policy::Departing;
use crate::sessions::records::{remove, rotate};
use crate::sessions::store::{Begins, Lasts, public_keep_earlier_id, public_note_new_id};
use crate::ui::flash::Flash;

/// Asks before anything is counted or written whether the session store answers: without it nobody can be signed in, and
/// what was written for them would be left behind.
pub async fn sessions_answer() -> Result<(), Failure> {
    site()?.records.answers().await.map_err(tower_sessions::session::Error::Store).broken("ask the session store")
}

/// How long a sign-in of somebody with this role lasts.
pub fn lasts(role: SiteRole) -> Result<Lasts, Failure> {
    Ok(site()?.config.lasts(role))
}

/// The same, for somebody who asked to stay signed in: as far as their role may.
pub fn lasts_remembered(role: SiteRole) -> Result<Lasts, Failure> {
    Ok(site()?.config.lasts_remembered(role))
}

/// Tells the browser what signing in came to, after the commit: whoever is in gets a session, who is half way the cookie that
/// [`SECOND_STEP_PAGE`] asks for. Answers whether they are in.
pub async fn enter(begins: Begins, lasts: Lasts) -> Result<bool, Failure> {
    match begins {
        Begins::In(sign_in) => {
            begin_session(sign_in, lasts).await?;
            half_way(None)?;
            Ok(true)
        }
        Begins::HalfWay(token) => {
            half_way(Some(token))?;
            Ok(false)
        }
    }
}

/// Gives the browser a new session id and points it at `sign_in`. After the commit: the sign-in must exist first.
async fn begin_session(sign_in: SignInId, lasts: Lasts) -> Result<(), Failure> {
    let ctx = current()?;
    let session = current_session()?;
    session::lasts(&session, lasts.is_remembered, lasts.absolute);
    session.cycle_id().await.broken("begin a session")?;
    session.insert(SIGN_IN, sign_in).await.broken("begin a session")?;
    // Here, where a store that does not answer is a refusal with a page; the layer outside would make it an empty 500.
    session.save().await.broken("begin a session")?;
    ctx.say(|answer| answer.began = Some(sign_in));
    Ok(())
}

/// After an account was made or a link used: signs the browser in and goes on to `next`. What is `done` is done, so when the
/// session store does not answer the person is sent to sign in, and not told that nothing was saved.
pub async fn arrive(begins: Begins, lasts: Lasts, next: &str, done: &str) -> Result<(), AppError> {
    match enter(begins, lasts).await {
        Ok(true) => go_on(next, Flash::said(format!("{done}, and you are signed in."))),
        Ok(false) => go_on(SECOND_STEP_PAGE, Flash::said(format!("{done}."))),
        Err(failure) => {
            let _logged = AppError::from(failure);
            go_on(&sign_in_address(next, false), Flash::said(format!("{done}. Sign in to go on.")))
        }
    }
}

/// Where the second step is asked for.
pub const SECOND_STEP_PAGE: &str = "/login/second";

/// The browser is half way to being signed in; none: it is not any more.
pub fn half_way(token: Option<String>) -> Result<(), Failure> {
    current()?.say(|answer| answer.half_way = Some(token.unwrap_or_default()));
    Ok(())
}

/// The browser asked for a code; none: it waits for none any more.
pub fn asked_code(token: Option<String>) -> Result<(), Failure> {
    current()?.say(|answer| answer.asked_code = Some(token.unwrap_or_default()));
    Ok(())
}

/// Gives the browser a new session id for the sign-in it has, after what was to be done is done: what was stolen before is
/// worth nothing. Refused with `SignInRequired` when another request of the same browser was quicker, and this one's id is
/// dead. A store that does not answer leaves the id as it was.
pub async fn renew_session() -> Result<(), Failure> {
    let ctx = current()?;
    let person = ctx.person().ok_or(AppError::SignInRequired)?;
    match renew(&ctx.site, &ctx.caller, &current_session()?, person).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(AppError::SignInRequired.into()),
        Err(failure) => {
            tracing::error!(%failure, "could not give a session a new id");
            Ok(())
        }
    }
}

/// Gives a session a new id, when no other request has just done so; false then. The old id still reads for ten seconds, which
/// is written down first: requests that are under way together must find the one or the other.
pub(in crate::http) async fn renew(
    site: &Site,
    caller: &Arc<Caller>,
    session: &Session,
    person: &Person,
) -> Result<bool, Failure> {
    if let Some(id) = session.id() {
        let mut write = site.db.begin_write(caller.clone()).await?;
        public_keep_earlier_id(&mut write, person.sign_in, &id.to_string()).await?;
        write.commit().await?;
    }
    if !rotate(session).await.broken("give a session a new id")? {
        return Ok(false);
    }
    // A new cookie lasts as long as the one before.
    let left = person.absolute_ends_at - site.db.clock().now();
    session::lasts(session, person.is_remembered, left);
    // Here, for an answer that reports a failure of ours would keep nothing.
    session.save().await.broken("keep a session")?;
    if person.id_is_due {
        let mut write = site.db.begin_write(caller.clone()).await?;
        public_note_new_id(&mut write, person.sign_in).await?;
        write.commit().await?;
    }
    Ok(true)
}

/// Somebody proved again who they are: the form that waited for that is sent now.
pub fn proved_again(sign_in: SignInId) -> Result<(), Failure> {
    current()?.say(|answer| answer.began = Some(sign_in));
    Ok(())
}

/// Has the browser forget what it keeps of somebody who signed out.
pub fn forget() -> Result<(), Failure> {
    current()?.say(|answer| answer.forget = true);
    Ok(())
}

/// Removes the session record and its cookie, after its sign-in ended. A store that does not answer keeps a record that
/// points at nothing that lives.
pub async fn end_session() -> Result<(), Failure> {
    if let Err(error) = remove(&current_session()?, &site()?.records).await {
        tracing::warn!(%error, "could not remove a session");
    }
    Ok(())
}

/// Ends the sign-in that asks, where there is one: signing in again on the same device replaces it.
pub async fn end_current(write: &mut Write) -> Result<(), Failure> {
    use crate::db::Connection;
    if write.caller().person.is_none() {
        return Ok(());
    }
    Departing::claim(write)?.sign_out().await
}

fn current_session() -> Result<Session, Failure> {
    current()?.session.clone().ok_or_else(|| Failure::Broken(anyhow::anyhow!("this request has no session layer")))
}
