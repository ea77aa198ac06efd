//! From a place in our document to the place in the package that it was made from.

/// Members of a dataset whose value stands under another name in the package.
const DATASET: &[(&str, &str)] = &[
    ("identifier", "id"),
    ("description", "notes"),
    ("landingPage", "url"),
    ("keyword", "tags"),
    ("theme", "groups"),
    ("publisher", "organization"),
    ("creator", "author"),
    ("contactPoint", "maintainer"),
    ("license", "license_id"),
    ("issued", "metadata_created"),
    ("modified", "metadata_modified"),
];

/// Members that keep their name.
const SAME: &[&str] = &["title", "version"];

/// Members of nodes whose value stands beside the node's own in the package.
const NODES: &[(&str, &str)] = &[
    ("/organization/name", "/organization/title"),
    ("/organization/identifier", "/organization/name"),
    ("/author/0/name", "/author"),
    ("/author/0/mbox", "/author_email"),
    ("/author", "/author"),
    ("/maintainer/0/fn", "/maintainer"),
    ("/maintainer/0/hasEmail", "/maintainer_email"),
    ("/maintainer", "/maintainer"),
    ("/license_id/@id", "/license_url"),
    ("/license_id/prefLabel", "/license_title"),
    ("/license_id", "/license_id"),
];

/// Members of a distribution.
const DISTRIBUTION: &[(&str, &str)] = &[
    ("@id", "uri"),
    ("identifier", "id"),
    ("title", "name"),
    ("mediaType", "mimetype"),
    ("byteSize", "size"),
    ("checksum", "hash"),
    ("issued", "created"),
    ("modified", "last_modified"),
    ("accessURL", "url"),
    ("downloadURL", "url"),
    ("conformsTo", "conforms_to"),
    ("page", "documentation"),
    ("accessRights", "access_rights"),
    ("temporalResolution", "temporal_resolution"),
    ("spatialResolutionInMeters", "spatial_resolution_in_meters"),
    ("applicableLegislation", "applicable_legislation"),
    ("compressFormat", "compress_format"),
    ("packageFormat", "package_format"),
];

fn renamed<'a>(names: &[(&'a str, &'a str)], member: &'a str) -> Option<&'a str> {
    names.iter().find(|(ours, _)| *ours == member).map(|(_, theirs)| *theirs)
}

/// The pointer into the package.
pub(in crate::read) fn source_pointer(pointer: &str) -> String {
    let Some(path) = pointer.strip_prefix('/') else { return pointer.to_owned() };
    let (member, rest) = path.split_once('/').map_or((path, String::new()), |(m, r)| (m, format!("/{r}")));
    match member {
        "distribution" => in_resource(&rest),
        // What has no place in the model stands where it stood.
        "ckan" => rest,
        _ if SAME.contains(&member) => format!("/{member}"),
        _ => match renamed(DATASET, member) {
            Some(name) => in_node(&format!("/{name}{rest}")),
            None => "/extras".to_owned(),
        },
    }
}

fn in_node(pointer: &str) -> String {
    NODES
        .iter()
        .find(|(ours, _)| {
            pointer == *ours || pointer.strip_prefix(ours).is_some_and(|rest| rest.starts_with('/'))
        })
        .map_or_else(|| pointer.to_owned(), |(_, theirs)| (*theirs).to_owned())
}

fn in_resource(rest: &str) -> String {
    let mut steps = rest.splitn(4, '/').skip(1);
    let (index, member, below) = (steps.next(), steps.next(), steps.next());
    match (index, member) {
        (None, _) => "/resources".to_owned(),
        (Some(index), None) => format!("/resources/{index}"),
        (Some(index), Some("ckan")) => match below {
            Some(below) => format!("/resources/{index}/{below}"),
            None => format!("/resources/{index}"),
        },
        (Some(index), Some(member)) => {
            format!("/resources/{index}/{}", renamed(DISTRIBUTION, member).unwrap_or(member))
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "")]
    #[case("/title", "/title")]
    #[case("/description", "/notes")]
    #[case("/keyword/und/2", "/tags/und/2")]
    #[case("/distribution/0/byteSize", "/resources/0/size")]
    #[case("/distribution/3/downloadURL", "/resources/3/url")]
    #[case("/distribution/3", "/resources/3")]
    #[case("/distribution", "/resources")]
    #[case("/distribution/1/ckan/cache_url", "/resources/1/cache_url")]
    #[case("/ckan/owner_org", "/owner_org")]
    #[case("/contactPoint/0/hasEmail", "/maintainer_email")]
    #[case("/publisher/name", "/organization/title")]
    #[case("/license/prefLabel", "/license_title")]
    #[case("/accrualPeriodicity", "/extras")]
    fn pointers(#[case] ours: &str, #[case] theirs: &str) {
        assert_eq!(source_pointer(ours), theirs);
    }
}
