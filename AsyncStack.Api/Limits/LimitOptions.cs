using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Limits;

/// <summary>Settings of how much may be asked, section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>For each key, or for each name of a token.</summary>
    [ValidateObjectMembers]
    public RateOptions Key { get; set; } = new();

    /// <summary>For all callers of a tenant together.</summary>
    [ValidateObjectMembers]
    public RateOptions Tenant { get; set; } = new();

    /// <summary>
    /// How often replicas tell each other by Redis what they have let in. Within it each replica knows only its own, so that for as long more than
    /// the limit may pass. Default 100 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan ShareInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether anything is limited.</summary>
    internal bool AreSet => Key.IsSet || Tenant.IsSet;
}

/// <summary>A number of requests in a time.</summary>
public sealed class RateOptions
{
    /// <summary>Requests within <see cref="Window"/>, over all replicas. Default 0: no limit.</summary>
    [Range(0, int.MaxValue)]
    public int Requests { get; set; }

    internal bool IsSet => Requests > 0;

    /// <summary>The time, which slides. Default 1 s, at most 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class LimitOptionsValidator : IValidateOptions<LimitOptions>;
