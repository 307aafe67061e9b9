//! Just enough of Rust's grammar to tell code from comments and strings.

/// An identifier, or one character of punctuation; a literal is the token `""`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

/// The tokens of a Rust file, comments left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: text,
        line: 1,
        tokens: Vec::new(),
    };
    while let Some(first) = lexer.rest.chars().next() {
        lexer.step(first);
    }
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self, first: char) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(block_comment_length(rest));
        } else if let Some(length) = string_length(rest) {
            self.push("\"\"", length);
        } else if first == '\'' {
            self.quote();
        } else if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            self.push(&rest[..length], length);
        } else if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else {
            self.push(&rest[..first.len_utf8()], first.len_utf8());
        }
    }

    /// A character literal, or a lifetime, which is dropped.
    fn quote(&mut self) {
        let mut after = self.rest[1..].chars();
        match (after.next(), after.next()) {
            (Some('\\'), _) => {
                // The escaped character may itself be a quote, so look behind it.
                let end = self.rest[3..]
                    .find('\'')
                    .map_or(self.rest.len(), |at| at + 4);
                self.push("\"\"", end);
            }
            (Some(c), Some('\'')) => self.push("\"\"", c.len_utf8() + 2),
            _ => self.skip(1 + self.rest[1..].find(|c| !is_word(c)).unwrap_or(0)),
        }
    }

    fn push(&mut self, text: &str, length: usize) {
        self.tokens.push(Token {
            text: text.to_owned(),
            line: self.line,
        });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Block comments nest.
fn block_comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the string literal at the start: plain, byte, C or raw.
fn string_length(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let raw = prefix.ends_with('r');
        text.strip_prefix(prefix).is_some_and(|rest| {
            rest.trim_start_matches(if raw { '#' } else { '\0' })
                .starts_with('"')
        })
    })?;
    let rest = &text[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let body = &rest[hashes + 1..];
        let close = body.find(&end).unwrap_or(body.len());
        return Some((prefix.len() + hashes + 1 + close + end.len()).min(text.len()));
    }
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return Some(prefix.len() + at + 1),
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_vanish_and_strings_are_emptied() {
        assert_eq!(
            words("a // b\n/* c /* d */ e */ \"f\\\"g\" h"),
            ["a", "\"\"", "h"]
        );
        assert_eq!(words(r##"r#"x " y"# b"z" k"##), ["\"\"", "\"\"", "k"]);
    }

    #[test]
    fn lifetimes_and_characters_are_told_apart() {
        assert_eq!(
            words("&'a str 'x' '\\'' '\"' b'\\n'"),
            ["&", "str", "\"\"", "\"\"", "\"\"", "b", "\"\""]
        );
    }

    #[test]
    fn raw_identifiers_are_not_strings() {
        assert_eq!(words("r#gen::f"), ["r", "#", "gen", ":", ":", "f"]);
    }

    #[test]
    fn lines_are_counted_through_strings_and_comments() {
        let all = tokens("\"one\ntwo\" /*\n*/ three");
        assert_eq!(all.last().map(|token| token.line), Some(3));
    }
}
