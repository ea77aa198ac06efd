//! `vitrina admin token`: who may write.

use std::fmt::Write as _;

use vitrina_app::{AppError, TokenRow, auth::Actor};
use vitrina_domain::time::Timestamp;

use super::{Context, print, say};
use crate::{
    args::{CreateToken, RevokeToken},
    failure::{Exit, Failure},
    terminal,
    wiring::Catalog,
};

pub(super) async fn create(context: Context, create: &CreateToken) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let made = catalog.app.create_token(&Actor::Operator, &create.name, &create.scopes, create.expires).await;
    let (secret, row) = made.map_err(|error| match error {
        AppError::Parameter { name, problem } => Failure::usage(format!("--{name}: {}", problem.en)),
        other => Failure::because("cannot make the token", other),
    })?;
    // The token alone on standard output, so that a script can keep it; the rest is for people.
    print(&format!("{}\n", secret.reveal()))?;
    say(&format!(
        "token {} \"{}\": {} until {}; it is shown only this once",
        row.id,
        terminal::line(&row.name, 60),
        row.scopes.join(" "),
        day(row.expires)
    ))?;
    catalog.close().await;
    Ok(Exit::Done)
}

pub(super) async fn list(context: Context) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let tokens = catalog
        .app
        .tokens(&Actor::Operator)
        .await
        .map_err(|error| Failure::because("cannot list the tokens", error))?;
    if tokens.is_empty() {
        say("there are no tokens; `vitrina admin token create` makes one")?;
    }
    print(&table(&tokens, catalog.app.now()))?;
    catalog.close().await;
    Ok(Exit::Done)
}

pub(super) async fn revoke(context: Context, revoke: &RevokeToken) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    catalog.app.revoke_token(&Actor::Operator, revoke.id).await.map_err(|error| match error {
        AppError::NotFound(_) => {
            Failure::usage(format!("there is no token {} that could be revoked", revoke.id))
                .help("`vitrina admin token list` shows the ids")
        }
        other => Failure::because("cannot revoke the token", other),
    })?;
    say(&format!("token {} is revoked", revoke.id))?;
    catalog.close().await;
    Ok(Exit::Done)
}

fn table(tokens: &[TokenRow], now: Timestamp) -> String {
    let mut text = String::new();
    for token in tokens {
        let state = match token.revoked {
            Some(at) => format!("revoked {}", day(at)),
            None if token.expires <= now => format!("expired {}", day(token.expires)),
            None => format!("until {}", day(token.expires)),
        };
        let used = token.last_used.map_or_else(|| "never used".to_owned(), |at| format!("used {}", day(at)));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {state:<18}  {used:<16}  {}  {}",
            token.id,
            token.scopes.join(" "),
            terminal::line(&token.name, 60)
        );
    }
    text
}

/// The day of an instant, in UTC.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
