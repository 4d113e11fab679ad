using AsyncStack.Api.Identity.Keys;
using AsyncStack.Api.Identity.Tokens;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity;

/// <summary>Checks the section <c>Auth</c> at start; secrets are named by their place, never shown.</summary>
internal sealed class AuthOptionsValidator(IHostEnvironment environment) : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        string[] failures = [.. Secrets(options), .. options.Oidc.Check(environment)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Secrets(AuthOptions options)
    {
        if (options.KeyHashSecret.Length < AuthOptions.MinSecretLength)
        {
            yield return $"{AuthOptions.Section}:{nameof(options.KeyHashSecret)} has {options.KeyHashSecret.Length} characters; "
                + $"set it to a random text of at least {AuthOptions.MinSecretLength}, the same for all replicas.";
        }

        if (options.BootstrapKey is { Length: > 0 } key && !KeyText.TryParse(key, out _))
        {
            yield return $"{AuthOptions.Section}:{nameof(options.BootstrapKey)} is no key; its value is not shown. {KeyText.Form}";
        }
    }
}
