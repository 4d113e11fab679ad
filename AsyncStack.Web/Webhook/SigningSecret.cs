namespace AsyncStack.Web.Webhook;

/// <summary>Reads a secret of Standard Webhooks 1.0: <c>whsec_</c> and base64.</summary>
internal static class SigningSecret
{
    public const string Prefix = "whsec_";
    public const int MinBytes = 24;
    public const int MaxBytes = 64;

    public static byte[] Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException("A signing secret is malformed.");

    public static bool TryParse(string text, out byte[] key)
    {
        key = [];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text[Prefix.Length..], buffer, out var length) || length is < MinBytes or > MaxBytes)
            return false;
        key = buffer[..length];
        return true;
    }
}
