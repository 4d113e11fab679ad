using System.Security.Cryptography;
using AsyncStack.Api.Accepting;

namespace AsyncStack.Api.Requests;

/// <summary>
/// The header <c>Idempotency-Key</c>: a structured-field string (RFC 8941 section 3.3.3, as the IETF draft of the header
/// asks); the bare form without quotes that many clients send means the same.
/// </summary>
internal static class IdempotencyHeader
{
    private const string Name = "Idempotency-Key";
    private const int MaxLength = 255;

    /// <summary>Reads the key for an operation, or null when the request carries none.</summary>
    public static IdempotencyKey? Read(HttpRequest request, string scope, byte[] body, FieldErrors errors)
    {
        if (request.Headers[Name] is not { Count: > 0 } values)
        {
            return null;
        }

        if (values.Count == 1 && Parse(values[0] ?? "") is { Length: > 0 and <= MaxLength } key)
        {
            return new IdempotencyKey(scope, key, SHA256.HashData(body));
        }

        errors.Add(Name, $"{Name} must be one string of 1 to {MaxLength} printable ASCII characters, such as \"8e03978e-40d5-43dd\".");
        return null;
    }

    internal static string? Parse(string header)
    {
        var value = header.Trim(' ');
        return value.StartsWith('"') ? ParseQuoted(value) : IsPrintable(value) && !value.AsSpan().ContainsAny('"', '\\') ? value : null;
    }

    private static string? ParseQuoted(string value)
    {
        var text = new System.Text.StringBuilder(value.Length);
        for (var i = 1; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '"':
                    return i == value.Length - 1 ? text.ToString() : null;
                case '\\' when i + 1 < value.Length && value[i + 1] is '"' or '\\':
                    text.Append(value[++i]);
                    break;
                case '\\' or < ' ' or > '~':
                    return null;
                default:
                    text.Append(value[i]);
                    break;
            }
        }

        return null;
    }

    private static bool IsPrintable(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
