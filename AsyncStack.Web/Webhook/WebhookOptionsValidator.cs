using Microsoft.Extensions.Options;

namespace AsyncStack.Web.Webhook;

/// <summary>Refuses settings that could only fail later; never tells a secret.</summary>
internal sealed class WebhookOptionsValidator : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var faults = new List<string>();
        if (options.AllSecrets.Any(s => !SigningSecret.TryParse(s, out _)))
            faults.Add($"{WebhookOptions.Section}:{nameof(options.Secret)} and each of {WebhookOptions.Section}:{nameof(options.Secrets)} must be '{SigningSecret.Prefix}' and the base64 of {SigningSecret.MinBytes} to {SigningSecret.MaxBytes} random bytes.");
        if (options.Tolerance <= TimeSpan.Zero)
            faults.Add($"{WebhookOptions.Section}:{nameof(options.Tolerance)} is {options.Tolerance}; it must be positive, such as 00:05:00.");
        if (options.Keep < 1)
            faults.Add($"{WebhookOptions.Section}:{nameof(options.Keep)} is {options.Keep}; it must be at least 1.");
        if (options.MaxBodyBytes < 1)
            faults.Add($"{WebhookOptions.Section}:{nameof(options.MaxBodyBytes)} is {options.MaxBodyBytes}; it must be at least 1.");
        if (options.Heartbeat <= TimeSpan.Zero)
            faults.Add($"{WebhookOptions.Section}:{nameof(options.Heartbeat)} is {options.Heartbeat}; it must be positive, such as 00:00:15.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
