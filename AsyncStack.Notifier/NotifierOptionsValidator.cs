using AsyncStack.Core.Egress;
using AsyncStack.Notifier.Signing;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier;

/// <summary>Checks the section <c>Notifier</c> at start; secrets are named by their place, never shown.</summary>
internal sealed class NotifierOptionsValidator : IValidateOptions<NotifierOptions>
{
    public ValidateOptionsResult Validate(string? name, NotifierOptions options)
    {
        string[] failures = [.. Secrets(options), .. Networks(options), .. Times(options), .. Limits(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Secrets(NotifierOptions options)
    {
        if (options.Secrets.Count == 0)
        {
            yield return $"Notifier:{nameof(options.SigningSecret)} is missing: set it to 'whsec_' followed by the base64 of 24 to 64 random bytes.";
        }

        for (var i = 0; i < options.Secrets.Count; i++)
        {
            if (!SigningKey.TryParse(options.Secrets[i], out _))
            {
                yield return $"Notifier: signing secret {i} is not 'whsec_' followed by the base64 of 24 to 64 bytes; its value is not shown.";
            }
        }
    }

    private static IEnumerable<string> Networks(NotifierOptions options) =>
        EgressRegistration.Check(options.AllowedNetworks ?? [], $"Notifier:{nameof(options.AllowedNetworks)}");

    private static IEnumerable<string> Times(NotifierOptions options)
    {
        (string Name, TimeSpan Value)[] positive =
        [
            (nameof(options.MaxRetryAfter), options.MaxRetryAfter), (nameof(options.RequestTimeout), options.RequestTimeout),
            (nameof(options.ConnectTimeout), options.ConnectTimeout), (nameof(options.PollInterval), options.PollInterval),
            (nameof(options.ShutdownGrace), options.ShutdownGrace),
            .. options.Schedule.Select((delay, i) => ($"{nameof(options.RetryDelays)}:{i}", delay)),
        ];
        foreach (var (name, value) in positive)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(7))
            {
                yield return $"Notifier:{name} is {value}; it must be longer than zero and at most seven days.";
            }
        }

        if (options.SendLease <= options.RequestTimeout)
        {
            yield return $"Notifier:{nameof(options.SendLease)} is {options.SendLease}; it must be longer than "
                + $"{nameof(options.RequestTimeout)} ({options.RequestTimeout}), or deliveries are sent twice.";
        }
    }

    private static IEnumerable<string> Limits(NotifierOptions options) =>
        from limit in new (string Name, long Value)[]
        {
            (nameof(options.Concurrency), options.Concurrency), (nameof(options.ConcurrencyPerTarget), options.ConcurrencyPerTarget),
            (nameof(options.Capacity), options.Capacity), (nameof(options.CapacityPerTarget), options.CapacityPerTarget),
            (nameof(options.CapacityBytes), options.CapacityBytes),
        }
        where limit.Value < 1
        select $"Notifier:{limit.Name} is {limit.Value}; it must be at least 1.";
}
