//! All SQL about sign-ins: who asks, how one begins, what its person sees, and how it ends.

mod asking;
mod beginning;
mod ending;
mod listing;

pub use asking::{
    Found, Late, public_count_live, public_find_by_earlier_id, public_find_caller, public_is_known_place,
    public_is_known_place_or_browser, public_keep_earlier_id, public_note_new_id, public_note_seen,
};
pub use beginning::{Begins, How, Lasts, PARALLEL, PERSONAL, Second, Whence};
pub use ending::{Renewed, public_delete_long_over, public_forget_places};
pub use listing::{ENDED_MOST, EndedRow, Filter, SHOWN_MOST, SignInRow, SignIns};
