//! Text in the letters that flite reads: those of English.

use crate::error::CreateError;

/// `text` in plain letters. Typographic marks and accents become plain ones, other letters are left out with a remark.
///
/// # Errors
/// [`CreateError::NothingToSay`] when nothing is left to say, or less than half of the letters.
pub(super) fn readable(text: &str, remarks: &mut Vec<String>) -> Result<String, CreateError> {
    let mut plain = String::with_capacity(text.len());
    let mut left_out = String::new();
    for letter in text.chars() {
        match plainly(letter) {
            Some(letters) => plain.push_str(letters),
            None if letter.is_ascii() && !letter.is_ascii_control() => plain.push(letter),
            None if letter.is_alphanumeric() => left_out.push(letter),
            None => plain.push(' '),
        }
    }
    let said = plain.chars().filter(char::is_ascii_alphanumeric).count();
    if said == 0 || said < left_out.chars().count() {
        return Err(CreateError::NothingToSay { text: text.chars().take(40).collect() });
    }
    if !left_out.is_empty() {
        let shown: String = left_out.chars().take(20).collect();
        remarks.push(format!("letters that the voice cannot read were left out: {shown}"));
    }
    Ok(plain)
}

/// How a mark or a letter with an accent is written plainly; `None` for every other one.
fn plainly(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{2018}' | '\u{2019}' | '\u{b4}' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»' => "\"",
        '\u{2013}' | '\u{2014}' => ", ",
        '\u{2026}' => "...",
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'À' | 'Á' | 'Â' | 'Ã' | 'Å' => "A",
        'ä' | 'æ' => "ae",
        'Ä' | 'Æ' => "Ae",
        'ç' => "c",
        'Ç' => "C",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'È' | 'É' | 'Ê' | 'Ë' => "E",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' => "I",
        'ñ' => "n",
        'Ñ' => "N",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' => "O",
        'ö' | 'ø' | 'œ' => "oe",
        'Ö' | 'Ø' | 'Œ' => "Oe",
        'ù' | 'ú' | 'û' => "u",
        'Ù' | 'Ú' | 'Û' => "U",
        'ü' => "ue",
        'Ü' => "Ue",
        'ß' => "ss",
        '€' => " euro ",
        '£' => " pound ",
        '&' => " and ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_plain() {
        for (name, text, want, told) in [
            ("plain", "It's five.", "It's five.", 0),
            ("marks", "It\u{2019}s \u{201c}five\u{201d}\u{2026}", "It's \"five\"...", 0),
            ("accents", "Café Müller & Söhne", "Cafe Mueller  and  Soehne", 0),
            ("lines", "one\ntwo\0", "one two ", 0),
            ("a foreign word", "The word 海 means sea", "The word  means sea", 1),
            ("a smile", "Well done 🙂", "Well done  ", 0),
        ] {
            let mut remarks = Vec::new();
            assert_eq!(readable(text, &mut remarks).ok().as_deref(), Some(want), "{name}");
            assert_eq!(remarks.len(), told, "{name}: {remarks:?}");
        }
        for text in ["", " \n", "...", "海辺の町", "Добрый вечер 5"] {
            assert!(matches!(readable(text, &mut Vec::new()), Err(CreateError::NothingToSay { .. })), "{text}");
        }
    }
}
