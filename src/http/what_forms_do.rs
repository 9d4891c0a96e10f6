//! What a form that waits would do, in words, for the page that asks whether to send it.

use leptos::server_fn::ServerFn;

use crate::accounts::address::api::ChangeAddress;
use crate::accounts::api::{
    DeleteAccount, DisableAccount, EnableAccount, EndEverybodysSignIns, EndTheirSignIn, EndTheirSignIns, Invite,
    SaveProfile, SaveRole, SendLink,
};
use crate::courses::api::{CreateCourse, SaveCourse};
use crate::credentials::code_app::api::{BeginCodeApp, RemoveCodeApp};
use crate::credentials::one_time_code::api::{RemovePhone, SetPhone};
use crate::credentials::passkey::api::{RemovePasskey, RenamePasskey};
use crate::credentials::provider::api::RemoveProvider;
use crate::credentials::recovery_codes::api::MakeRecoveryCodes;
use crate::credentials::second_step::api::ResetSecondStep;
use crate::enrolments::api::{JoinCourse, JoinWithCode, SaveCourseRole};
use crate::lessons::api::{AddLesson, SaveLesson};
use crate::mail::api::DeleteLetter;
use crate::sessions::api::{EndAllSignIns, EndOtherSignIns, EndSignIn, NameSignIn};
use crate::tokens::api::{LetAppIn, MakeToken, RevokeToken};

/// Those that may wait although nobody knows who sent them. Whoever signs in next on that browser is asked to send it, so it must be
/// something written, and never a power that a stranger would like to borrow.
const OF_STRANGERS: [(&str, &str); 7] = [
    (CreateCourse::PATH, "Make a new course"),
    (SaveCourse::PATH, "Change a course’s text"),
    (AddLesson::PATH, "Add a lesson"),
    (SaveLesson::PATH, "Change a lesson"),
    (SaveProfile::PATH, "Change your name"),
    (JoinCourse::PATH, "Join a course"),
    (JoinWithCode::PATH, "Join a course with a code"),
];

/// Whether it is a way into a course: nothing was written, and whoever signs in after pressing its button means it.
pub(super) fn joins(action: &str) -> bool {
    [JoinCourse::PATH, JoinWithCode::PATH].contains(&action)
}

/// Those that wait for their known sender alone.
const OF_KNOWN: [(&str, &str); 28] = [
    (DeleteAccount::PATH, "Delete your account"),
    (SaveRole::PATH, "Give somebody another site role"),
    (DisableAccount::PATH, "Close somebody’s account"),
    (EnableAccount::PATH, "Open somebody’s account again"),
    (SaveCourseRole::PATH, "Give somebody another role in a course"),
    (EndEverybodysSignIns::PATH, "End everybody’s sign-ins"),
    (EndTheirSignIn::PATH, "End one of somebody’s sign-ins"),
    (EndTheirSignIns::PATH, "End somebody’s sign-ins"),
    (EndSignIn::PATH, "End one of your sign-ins"),
    (EndOtherSignIns::PATH, "End all your other sign-ins"),
    (EndAllSignIns::PATH, "End all your sign-ins"),
    (NameSignIn::PATH, "Name one of your devices"),
    (ChangeAddress::PATH, "Change your email address"),
    (BeginCodeApp::PATH, "Set up a code app"),
    (RemovePasskey::PATH, "Remove one of your passkeys"),
    (RenamePasskey::PATH, "Rename one of your passkeys"),
    (Invite::PATH, "Invite somebody"),
    (SendLink::PATH, "Send somebody a link to set a password"),
    (ResetSecondStep::PATH, "Reset somebody’s second step"),
    (RemoveProvider::PATH, "Remove an account elsewhere"),
    (RemoveCodeApp::PATH, "Remove your code app"),
    (SetPhone::PATH, "Set a telephone number"),
    (RemovePhone::PATH, "Delete your telephone number"),
    (MakeRecoveryCodes::PATH, "Make new recovery codes"),
    (MakeToken::PATH, "Make a token that can act for you"),
    (RevokeToken::PATH, "Revoke one of your tokens"),
    (LetAppIn::PATH, "Let an app act for you"),
    (DeleteLetter::PATH, "Delete a letter that was not sent"),
];

/// In words, when nobody has to be known for it to wait; nothing for the others.
pub fn of_a_stranger(action: &str) -> Option<&'static str> {
    words(&OF_STRANGERS, action)
}

/// In words, whoever sent it.
pub fn what_it_does(action: &str) -> &'static str {
    of_a_stranger(action).or_else(|| words(&OF_KNOWN, action)).unwrap_or("Send a form")
}

fn words(of: &[(&str, &'static str)], action: &str) -> Option<&'static str> {
    of.iter().find_map(|(path, words)| (*path == action).then_some(*words))
}
