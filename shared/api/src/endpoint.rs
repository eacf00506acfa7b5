//! Owns what an endpoint is: a type with path, method, request and answer, so that no path is written twice.

/// HTTP method of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads; changes nothing, whoever calls it and however often.
    Get,
    /// Everything that changes something or carries a body.
    Post,
}

/// One endpoint of the portal. An answer other than 2xx carries an [`ErrorBody`](crate::ErrorBody).
pub trait Endpoint {
    /// HTTP method.
    const METHOD: Method;
    /// Absolute path. No path holds a variable: ids and tags travel in bodies and stay out of logs.
    const PATH: &'static str;
    /// Body of the request; `()` for none.
    type Request;
    /// Body of the 200 answer.
    type Response;
}

macro_rules! endpoint {
    ($(#[$doc:meta])* $name:ident: $method:ident $path:literal, $request:ty => $response:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $crate::Endpoint for $name {
            const METHOD: $crate::Method = $crate::Method::$method;
            const PATH: &'static str = $path;
            type Request = $request;
            type Response = $response;
        }
    };
}

pub(crate) use endpoint;
