//! A small typed reader over JSON: it carries the path, accepts what people write, and collects every fault.

mod fields;
mod limits;
mod report;
mod spot;

pub use report::{EditError, EditErrors, Remark, RemarkKind};

pub(crate) use fields::Fields;
pub(crate) use limits::{MOST_CLIPS, hold_limits};
pub(crate) use report::{Report, nearest};
pub(crate) use spot::{ANY, AT_LEAST_ZERO, Path, Read, SPEED, STOPS, Spot, UNIT};
