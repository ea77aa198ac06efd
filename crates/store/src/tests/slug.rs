//! Slugs: unique, numbered, permanent.

use rstest::rstest;

use super::*;
use crate::{SlugTarget, StoreError};

fn slugs(written: &[Written]) -> Vec<String> {
    let slug = |written: &Written| match written {
        Written::Stored { slug, .. } => slug.to_string(),
        Written::Conflict { .. } => panic!("a conflict"),
    };
    written.iter().map(slug).collect()
}

#[rstest]
#[tokio::test]
async fn equal_titles_are_numbered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    // "Agua 2" takes the number that the second "Agua" would have.
    let titles = ["Agua", "Agua 2", "Agua", "Aire", "Agua", "Agua 2"];
    let writes = (1..).zip(titles).map(|(number, title)| dataset(number, title)).collect();
    let written = put(&test.store, 1, writes).await;
    assert_eq!(slugs(&written), ["agua", "agua-2", "agua-3", "aire", "agua-4", "agua-2-2"]);
    let written = put(&test.store, 2, vec![dataset(7, "Agua"), organization(8, "Agua")]).await;
    assert_eq!(slugs(&written), ["agua-5", "agua"]);
}

#[rstest]
#[tokio::test]
async fn ten_thousand_equal_titles_do_not_slow_the_next_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    put(&test.store, 1, (1..=10_000).map(|number| organization(number, "Igual")).collect()).await;
    // Titles that squat on the numbers to come.
    let squatters = (10_001..=10_300_u128).map(|number| organization(number, &format!("Igual {number}")));
    put(&test.store, 1, squatters.collect()).await;
    let written =
        put(&test.store, 2, vec![organization(20_000, "Igual"), organization(20_001, "Igual")]).await;
    assert_eq!(slugs(&written), ["igual-10301", "igual-10302"]);
}

#[rstest]
#[tokio::test]
async fn a_title_of_full_length_is_numbered_too(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let title = "a".repeat(100);
    let written = put(&test.store, 1, (1..=12).map(|number| dataset(number, &title)).collect()).await;
    let mut given = slugs(&written);
    assert!(given.iter().all(|slug| slug.len() <= 100), "{given:?}");
    given.sort();
    given.dedup();
    assert_eq!(given.len(), 12);
}

#[rstest]
#[tokio::test]
async fn old_slugs_lead_to_the_record_for_ever(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone()]).await;
    let rename = async |number, slug: &str| {
        let mut tx = test.store.begin("editor", at(2)).await.unwrap();
        let renamed =
            tx.rename(Kind::Dataset, record_id(number), &slug.parse().unwrap(), Audience::Public).await;
        tx.commit().await.unwrap();
        renamed
    };
    let target = async |slug: &str| test.store.slug(Kind::Dataset, slug).await.unwrap();
    let leads_to = |current: &str| Some(SlugTarget { id: write.id, current: current.parse().unwrap() });

    assert_eq!(target("agua").await, leads_to("agua"));
    rename(1, "agua-potable").await.unwrap();
    assert_eq!(target("agua").await, leads_to("agua-potable"));
    assert_eq!(target("agua-potable").await, leads_to("agua-potable"));

    // A new record of the old title gets a number, and nobody takes a slug by renaming.
    assert_eq!(slugs(&put(&test.store, 3, vec![dataset(2, "Agua")]).await), ["agua-2"]);
    for taken in ["agua", "agua-potable"] {
        assert!(matches!(rename(2, taken).await, Err(StoreError::Taken { what: "slug" })));
    }
    // Its own old slug may come back.
    rename(1, "agua").await.unwrap();
    assert_eq!(target("agua-potable").await, leads_to("agua"));

    put(&test.store, 4, vec![deleted(&write, 1)]).await;
    assert_eq!(slugs(&put(&test.store, 5, vec![dataset(3, "Agua")]).await), ["agua-3"]);
    assert_eq!(target("agua").await, leads_to("agua"));
}

#[rstest]
#[tokio::test]
async fn odd_slugs_lead_nowhere(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    for odd in ["", "AGUA", "agua\0", "agua'--", "no-such", "ñ", &"x".repeat(10_000)] {
        assert_eq!(test.store.slug(Kind::Dataset, odd).await.unwrap(), None, "{odd:?}");
    }
    assert_eq!(test.store.slug(Kind::Catalog, "agua").await.unwrap(), None);
}
