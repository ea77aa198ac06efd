//! The properties of a document (MS-OLEPS), of which only one thing matters here.

use std::io::Read;

use super::record::Data;
use crate::error::{InspectError, damaged};

/// How much of the properties is looked at.
const BYTES: u64 = 64 << 10;

/// Who wrote the document, and who saved it last.
const NAMES: [u32; 2] = [4, 8];

/// Text in one byte for each letter.
const TEXT: u32 = 0x1e;

/// Whether the properties name somebody. What cannot be read names nobody.
pub(super) fn has_author(stream: impl Read) -> Result<bool, InspectError> {
    let mut bytes = Vec::new();
    stream.take(BYTES).read_to_end(&mut bytes).map_err(|error| damaged("", &error))?;
    Ok(names_somebody(Data(&bytes)).unwrap_or_default())
}

fn names_somebody(data: Data<'_>) -> Option<bool> {
    let place = |number: u32| usize::try_from(number).ok();
    // The first set of properties, after the header and the name of the set.
    let set = data.from(place(data.long(44).ok()?)?);
    let count = place(set.long(4).ok()?)?;
    Some(
        (0..count)
            .map_while(|index| set.from(8 + 8 * index).long(4).ok().zip(set.long(8 + 8 * index).ok()))
            .any(|(offset, property)| {
                let value = place(offset).map_or(Data(&[]), |offset| set.from(offset));
                let text = value.from(8).0.iter().take_while(|byte| **byte != 0);
                NAMES.contains(&property)
                    && value.long(0).is_ok_and(|kind| kind == TEXT)
                    && text.into_iter().any(|byte| !byte.is_ascii_whitespace())
            }),
    )
}
