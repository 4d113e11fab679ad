namespace AsyncStack.Api.Identity.Sessions;

/// <summary>
/// Keeps other sites from acting by a browser's session. Browsers say in <c>Sec-Fetch-Site</c> where a request comes from, and no script
/// can change it; those that do not yet say it in <c>Origin</c>. A token in a second cookie would be weaker: a sibling domain can set cookies.
/// </summary>
internal static class SameOrigin
{
    /// <summary>Whether the request comes from a page of this origin, or is a plain look that no page caused.</summary>
    public static bool Allows(HttpRequest request)
    {
        var looks = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return request.Headers["Sec-Fetch-Site"].ToString() switch
        {
            "same-origin" => true,
            "none" => looks,
            "" => request.Headers.Origin.ToString() is { Length: > 0 } origin ? IsHost(origin, request) : looks,
            _ => false,
        };
    }

    // The scheme is left out: TLS may have ended before this hop.
    private static bool IsHost(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.IsDefaultPort ? uri.Host : uri.Authority, WithoutDefaultPort(request.Host, uri), StringComparison.OrdinalIgnoreCase);

    private static string WithoutDefaultPort(HostString host, Uri origin) =>
        origin.IsDefaultPort && host.Port == origin.Port ? host.Host : host.Value ?? "";
}
