//! Signed links to approvals: an id and a code that only this folder can make, bound to one film and one expiry.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use nexus_core::{ApprovalId, Instant, Secret};
use sha2::Sha256;

use crate::StoreError;

/// `<approval id>.<base64url of HMAC-SHA256(key, id | film hash | expiry)>`.
pub(crate) fn sign(key: &Secret<[u8; 32]>, id: ApprovalId, film_hash: &str, expires: Instant) -> String {
    let code = code(key, id, film_hash, expires).finalize().into_bytes();
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(code))
}

/// The two parts of a token, unchecked.
pub(crate) fn split(token: &str) -> Result<(ApprovalId, Vec<u8>), StoreError> {
    let (id, code) = token.split_once('.').ok_or(StoreError::LinkInvalid)?;
    let id = id.parse().map_err(|_| StoreError::LinkInvalid)?;
    let code = URL_SAFE_NO_PAD.decode(code).map_err(|_| StoreError::LinkInvalid)?;
    Ok((id, code))
}

/// Compares in constant time.
pub(crate) fn verify(
    key: &Secret<[u8; 32]>,
    id: ApprovalId,
    film_hash: &str,
    expires: Instant,
    given: &[u8],
) -> Result<(), StoreError> {
    code(key, id, film_hash, expires).verify_slice(given).map_err(|_| StoreError::LinkInvalid)
}

fn code(key: &Secret<[u8; 32]>, id: ApprovalId, film_hash: &str, expires: Instant) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
    mac.update(format!("{id}|{film_hash}|{}", expires.unix_millis()).as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_fits_one_approval_one_film_and_one_expiry() {
        let key = Secret::new([7; 32]);
        let (one, other) = (ApprovalId::derived(&["1"]), ApprovalId::derived(&["2"]));
        let at = Instant::from_unix_millis(1000);
        let token = sign(&key, one, "film", at);
        let (id, code) = split(&token).expect("a token of our own");
        assert_eq!(id, one);
        assert!(verify(&key, one, "film", at, &code).is_ok());
        for (name, key, id, film, at) in [
            ("other key", Secret::new([8; 32]), one, "film", at),
            ("other approval", key.clone(), other, "film", at),
            ("other film", key.clone(), one, "film2", at),
            ("other expiry", key.clone(), one, "film", Instant::from_unix_millis(1001)),
        ] {
            assert!(verify(&key, id, film, at, &code).is_err(), "{name}");
        }
        assert!(verify(&key, one, "film", at, &code[..31]).is_err(), "shortened");
        for text in ["", ".", "approval_x.AA", &token[1..], "no dot"] {
            assert!(split(text).is_err(), "{text:?}");
        }
    }
}
