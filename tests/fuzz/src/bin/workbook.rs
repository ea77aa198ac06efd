//! Any bytes as the part of a workbook that is read: the sheet of an XLSX, the content of an ODS, the records of an XLS,
//! and its container.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitrina_fuzz::{bear_the_library, looked};
use vitrina_tests::{
    compound::Compound,
    packing::{Packing, Workbook},
};

const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

fuzz_target!(init: bear_the_library(), |bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let file = match kind % 4 {
        0 => Workbook::of("").raw_sheet(String::from_utf8_lossy(bytes)).strings("<si><t>agua</t></si>").finish(),
        1 => Packing::new().file("mimetype", ODS).file("content.xml", bytes).finish(),
        2 => Compound::new().stream("Workbook", bytes).finish(),
        _ => bytes.to_vec(),
    };
    looked(&file, None);
});
