using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Encryption;

/// <summary>Checks the section <c>Encryption</c> at start; keys are named by their ids, never shown.</summary>
internal sealed class EncryptionOptionsValidator : IValidateOptions<EncryptionOptions>
{
    public ValidateOptionsResult Validate(string? name, EncryptionOptions options)
    {
        string[] failures = [.. Keys(options), .. Current(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Keys(EncryptionOptions options)
    {
        foreach (var (id, key) in options.Keys)
        {
            if (!EncryptionKey.IsId(id))
            {
                yield return $"Encryption:{nameof(options.Keys)} has the id '{id}'; an id is 1 to 32 letters, digits and '-'.";
            }

            if (EncryptionKey.Parse(id, key) is null)
            {
                yield return $"Encryption:{nameof(options.Keys)}:{id} is not base64 of 32 bytes ('openssl rand -base64 32' makes one); its value is not shown.";
            }
        }
    }

    private static IEnumerable<string> Current(EncryptionOptions options)
    {
        if (options.CurrentKey is { Length: > 0 } id ? !options.Keys.ContainsKey(id) : options.Keys.Count > 1)
        {
            yield return $"Encryption:{nameof(options.CurrentKey)} is '{options.CurrentKey}'; it must be the id of one of Encryption:{nameof(options.Keys)}: "
                + $"{(options.Keys.Count == 0 ? "there are none" : string.Join(", ", options.Keys.Keys.Order(StringComparer.Ordinal)))}.";
        }
    }
}
