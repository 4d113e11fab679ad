namespace AsyncStack.Api.Cors;

/// <summary>Which pages of other origins may call the API from a browser, section <c>Cors</c>.</summary>
internal sealed class CorsOptions
{
    /// <summary>Origins such as <c>https://app.example.com</c>. Default none: no other origin may.</summary>
    public string[] Origins { get; set; } = [];

    /// <summary>Whether it is an origin as browsers send it: scheme, host and, unless it is the scheme's, port.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text && uri.UserInfo.Length == 0;
}
