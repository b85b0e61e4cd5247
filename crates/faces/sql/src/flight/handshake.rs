//! Name and password for a token. The password is the key, and the key is the token: whoever can send one has the other.

use std::pin::Pin;

use arrow_flight::HandshakeResponse;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::{Stream, stream};
use senne_hub::Principal;
use tonic::{
    Request, Response, Status,
    metadata::{MetadataMap, MetadataValue},
};

use super::caller::principal;

/// The answers to a handshake, of which there is one.
pub(super) type Answers = Pin<Box<dyn Stream<Item = Result<HandshakeResponse, Status>> + Send>>;

/// Gives the token of a caller whose key the server has found to be right.
pub(super) fn shake<T>(request: &Request<T>) -> Result<Response<Answers>, Status> {
    let known = principal(request)? != Principal::Anonymous;
    let token = token(request.metadata()).filter(|_| known);
    let payload = token.clone().unwrap_or_default().into();
    let answer = HandshakeResponse { protocol_version: 0, payload };
    let mut response: Response<Answers> = Response::new(Box::pin(stream::iter([Ok(answer)])));
    if let Some(Ok(value)) = token.map(|token| MetadataValue::try_from(format!("Bearer {token}"))) {
        response.metadata_mut().insert("authorization", value);
    }
    Ok(response)
}

fn token(metadata: &MetadataMap) -> Option<String> {
    let text = metadata.get("authorization")?.to_str().ok()?;
    if let Some(token) = text.strip_prefix("Bearer ") {
        return Some(token.trim().to_owned());
    }
    password(text)
}

/// The password of a header of basic authentication (RFC 7617).
pub fn password(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    let bytes = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(rest.trim()).ok())??;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_what_follows_the_first_colon() {
        let header = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        assert_eq!(password(&header("admin:a:b")).as_deref(), Some("a:b"));
        assert_eq!(password(&header(":k")).as_deref(), Some("k"));
        assert_eq!(password(&header("no colon")), None);
        for odd in ["", "Basic", "Basic ", "Basic !!", "Bearer x", "Basic /w=="] {
            assert_eq!(password(odd), None, "{odd}");
        }
    }
}
