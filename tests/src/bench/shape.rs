//! The shape of real catalogs, as figures: how long, how many, how often.
//!
//! Lengths of titles and the share of words with accents are those of catalogs in Spanish; descriptions, keywords
//! and distributions those of a union of some 50,000 records of many institutions, cut at one in a hundred.

use super::distribution::Quantiles;

/// Characters of a title.
pub(super) const TITLE: Quantiles =
    Quantiles([(50, 19), (250, 33), (500, 45), (750, 65), (900, 85), (990, 150), (1000, 224)]);

/// Characters of a description.
pub(super) const DESCRIPTION: Quantiles =
    Quantiles([(50, 20), (250, 58), (500, 212), (750, 672), (900, 1_000), (990, 3_161), (1000, 4_000)]);

/// Distributions of a dataset.
pub(super) const DISTRIBUTIONS: Quantiles =
    Quantiles([(50, 1), (250, 2), (500, 4), (750, 6), (900, 7), (990, 8), (1000, 46)]);

/// Keywords of a dataset.
pub(super) const KEYWORDS: Quantiles =
    Quantiles([(50, 1), (250, 3), (500, 5), (750, 7), (900, 12), (990, 24), (1000, 68)]);

/// How many institutions publish, for a catalog of this size.
pub(super) fn publishers(datasets: usize) -> usize {
    (datasets / 80).clamp(20, 660)
}

/// Periods of publication with their weights.
pub(super) const FREQUENCIES: [(&str, usize); 7] =
    [("irregular", 41), ("R/P1M", 30), ("R/P1Y", 15), ("R/P3M", 5), ("R/P6M", 4), ("R/P1D", 3), ("R/P1W", 2)];

/// Licences with their weights.
pub(super) const LICENCES: [(&str, usize); 4] = [
    ("https://creativecommons.org/licenses/by/4.0/", 46),
    ("https://creativecommons.org/licenses/by-sa/4.0/", 30),
    ("https://opendatacommons.org/licenses/odbl/1-0/", 12),
    ("https://creativecommons.org/publicdomain/zero/1.0/", 12),
];

/// File formats with their media types and weights.
pub(super) const FORMATS: [(&str, &str, usize); 9] = [
    ("CSV", "text/csv", 45),
    ("JSON", "application/json", 14),
    ("PDF", "application/pdf", 12),
    ("ZIP", "application/zip", 9),
    ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 8),
    ("GeoJSON", "application/geo+json", 5),
    ("HTML", "text/html", 3),
    ("XML", "application/xml", 3),
    ("ODS", "application/vnd.oasis.opendocument.spreadsheet", 1),
];

/// Percent of datasets without a description, with one in HTML, and with a second theme.
pub(super) const WITHOUT_DESCRIPTION: usize = 2;
pub(super) const DESCRIPTION_IN_HTML: usize = 4;
pub(super) const WITH_SECOND_THEME: usize = 15;
