//! The closed list of what can stand between us and an address of others.

use vitrina_domain::finding::Locale;

/// Why nothing came back from an address, as whoever gave the address is told.
///
/// Several rules share one reason on purpose. Whoever could tell a closed port from a filtered one, or from one that we
/// may not ask, could map the operator's network with us as the probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The text is no address that may be asked.
    Address,
    /// Nothing can be reached there.
    Unreachable,
    /// The other side did not prove who it is.
    Insecure,
    /// The redirects lead nowhere.
    Redirects,
    /// The answer is larger than what is taken.
    TooLarge,
    /// The answer takes longer than what is waited.
    TooSlow,
    /// The answer is not whole or no HTTP.
    Broken,
    /// The host was asked enough for now.
    Later,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Address,
        Self::Unreachable,
        Self::Insecure,
        Self::Redirects,
        Self::TooLarge,
        Self::TooSlow,
        Self::Broken,
        Self::Later,
    ];

    /// The word for programs. It never changes its meaning.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Address => "address-not-accepted",
            Self::Unreachable => "unreachable",
            Self::Insecure => "not-trusted",
            Self::Redirects => "redirects",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::Broken => "broken-answer",
            Self::Later => "later",
        }
    }

    /// The sentence for people, without a full stop.
    pub const fn message(self, locale: Locale) -> &'static str {
        match locale {
            Locale::Es => self.spanish(),
            Locale::En => self.english(),
        }
    }

    const fn spanish(self) -> &'static str {
        match self {
            Self::Address => {
                "la dirección debe empezar con http:// o https:// y no llevar usuario, barras invertidas ni saltos"
            }
            Self::Unreachable => "no se pudo llegar a la dirección",
            Self::Insecure => "el otro servidor no demostró quién es: su certificado no es válido",
            Self::Redirects => "la dirección redirige demasiadas veces o hacia donde no se puede seguir",
            Self::TooLarge => "la respuesta es más grande de lo que se acepta",
            Self::TooSlow => "la respuesta tarda más de lo que se espera",
            Self::Broken => "la respuesta llegó incompleta o no se entiende",
            Self::Later => "ya se le preguntó bastante a ese servidor por ahora",
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Address => {
                "the address must begin with http:// or https:// and hold no user, backslashes or line breaks"
            }
            Self::Unreachable => "the address could not be reached",
            Self::Insecure => "the other server did not prove who it is: its certificate is not valid",
            Self::Redirects => "the address redirects too often or to where nobody may follow",
            Self::TooLarge => "the answer is larger than what is accepted",
            Self::TooSlow => "the answer takes longer than what is waited",
            Self::Broken => "the answer came in part or cannot be understood",
            Self::Later => "that server was asked enough for now",
        }
    }

    /// Whether the same request can succeed later without anybody changing the address.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::TooSlow | Self::Broken | Self::Later)
    }
}

macro_rules! rules {
    ($($name:ident = $word:literal, $reason:ident, $meaning:literal;)*) => {
        /// The rule that stopped a request: for the operator's log, never for whoever gave the address.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule { $(#[doc = $meaning] $name,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word for programs. It never changes its meaning.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What others are told.
            pub const fn reason(self) -> Reason {
                match self { $(Self::$name => Reason::$reason,)* }
            }

            /// What the rule says.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

rules! {
    Unreadable = "address-unreadable", Address, "the text is no address";
    Ambiguous = "address-ambiguous", Address, "the text is read differently by different programs";
    Userinfo = "address-userinfo", Address, "the address holds a user or a password";
    Scheme = "address-scheme", Address, "only http and https are asked";
    Unencrypted = "address-unencrypted", Address, "what holds secrets is sent encrypted";
    Method = "request-method", Address, "only questions and forms are sent";
    Port = "port", Unreachable, "the port is not among those that may be asked";
    ThisNetwork = "range-this-network", Unreachable, "`0.0.0.0/8` and `::` mean this machine";
    Loopback = "range-loopback", Unreachable, "the address is this machine";
    Own = "range-own", Unreachable, "the address belongs to this machine";
    Private = "range-private", Unreachable, "the address is of a private network";
    Shared = "range-shared", Unreachable, "`100.64.0.0/10` is inside of a provider's network";
    LinkLocal = "range-link-local", Unreachable, "the address is of the link, where clouds keep their secrets";
    UniqueLocal = "range-unique-local", Unreachable, "`fc00::/7` is of a private network";
    Protocol = "range-protocol", Unreachable, "the range is assigned to protocols";
    Benchmark = "range-benchmark", Unreachable, "the range is for measurements in a laboratory";
    Documentation = "range-documentation", Unreachable, "the range is for examples in documents";
    Multicast = "range-multicast", Unreachable, "the address is of a group";
    Reserved = "range-reserved", Unreachable, "the range is assigned to nobody";
    Mapped = "range-mapped", Unreachable, "the address is an IPv4 one in disguise (`::ffff:0:0/96`)";
    Compatible = "range-compatible", Unreachable, "the address is an IPv4 one in disguise (`::/96`)";
    Translated = "range-translated", Unreachable, "a translator would turn the address into an IPv4 one (NAT64)";
    SixToFour = "range-6to4", Unreachable, "a tunnel would lead to an IPv4 address (`2002::/16`)";
    Teredo = "range-teredo", Unreachable, "a tunnel would lead to an IPv4 address (`2001::/32`)";
    NoName = "no-such-name", Unreachable, "the name has no address, or nobody answered for it";
    Closed = "closed", Unreachable, "the connection was refused or broke while it was made";
    Silent = "silent", Unreachable, "nobody took the connection in time";
    Certificate = "certificate", Insecure, "TLS did not succeed";
    Downgrade = "redirect-downgrade", Redirects, "a redirect leads from https to http";
    Redirects = "redirect-limit", Redirects, "there were more redirects than are followed";
    Head = "head-too-large", TooLarge, "the headers of the answer are larger than what is read";
    Length = "body-too-large", TooLarge, "the answer is larger than what was asked for";
    Inflated = "body-inflated", TooLarge, "the answer is larger than what was asked for once it is unpacked";
    FirstByte = "slow-first-byte", TooSlow, "no answer began in time";
    Idle = "slow-idle", TooSlow, "the answer paused too long";
    Total = "slow-total", TooSlow, "the answer took too long altogether";
    Syntax = "answer-syntax", Broken, "the answer is no HTTP";
    Encoding = "answer-encoding", Broken, "the answer is packed in a way that is not understood";
    Truncated = "answer-truncated", Broken, "the answer ended before its end";
    Busy = "host-busy", Later, "others are asking the host, and it took too long to get a turn";
    Held = "host-held", Later, "the host asked to be left alone for a while";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_words() {
        let rules: HashSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(rules.len(), Rule::ALL.len());
        let reasons: HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(reasons.len(), Reason::ALL.len());
        for code in rules.iter().chain(&reasons) {
            assert!(
                code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{code}"
            );
        }
    }

    #[test]
    fn what_people_are_told_never_says_where_the_operator_draws_the_line() {
        for rule in Rule::ALL.iter().filter(|rule| rule.code().starts_with("range-")) {
            assert_eq!(rule.reason(), Reason::Unreachable, "{}", rule.code());
        }
        for same in [Rule::Port, Rule::Closed, Rule::Silent, Rule::NoName] {
            assert_eq!(same.reason(), Reason::Unreachable, "{}", same.code());
        }
    }

    #[test]
    fn both_languages_say_something_of_their_own() {
        for reason in Reason::ALL {
            assert_ne!(reason.message(Locale::Es), reason.message(Locale::En), "{}", reason.code());
        }
    }
}
