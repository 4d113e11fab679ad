using Microsoft.AspNetCore.Http;

namespace AsyncStack.ServiceDefaults.Http;

/// <summary>How a client reached the gateway, or what stands before it, where TLS may have ended.</summary>
public static class OuterScheme
{
    private const string ForwardedScheme = "X-Forwarded-Proto";

    /// <summary>Whether the client uses https, by this connection or by what the hop before says of its own.</summary>
    public static bool IsOuterHttps(this HttpRequest request) =>
        request.IsHttps || string.Equals(request.Headers[ForwardedScheme], Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
}
