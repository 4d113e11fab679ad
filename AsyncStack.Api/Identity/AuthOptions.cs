using System.ComponentModel.DataAnnotations;
using AsyncStack.Api.Identity.Tokens;

namespace AsyncStack.Api.Identity;

/// <summary>Who may call.</summary>
public enum AuthMode
{
    /// <summary>Who shows a key, a token or a session.</summary>
    Required,

    /// <summary>Everybody may do everything; credentials are not looked at.</summary>
    Anonymous,
}

/// <summary>Settings of authentication, section <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>Characters of <see cref="KeyHashSecret"/> at the least.</summary>
    public const int MinSecretLength = 32;

    /// <summary>Who may call; everybody only when it is said. Default <see cref="AuthMode.Required"/>.</summary>
    [EnumDataType(typeof(AuthMode))]
    public AuthMode Mode { get; set; } = AuthMode.Required;

    /// <summary>
    /// The secret that keys are hashed and sessions are signed with, 32 characters at the least; every replica has the same. No key and no
    /// session outlives a change of it, but for <see cref="BootstrapKey"/>.
    /// </summary>
    public string KeyHashSecret { get; set; } = "";

    /// <summary>A key that is valid without being in the database, with the scope <c>admin</c>, for whoever comes first; null for none.</summary>
    public string? BootstrapKey { get; set; }

    /// <summary>How long what the database said of a key is believed while nobody tells of a change. Default 1 s, at most 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan KeyCacheLifetime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many unknown keys are remembered as such. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxUnknownKeys { get; set; } = 10_000;

    /// <summary>How long a rotated key is valid beside the new one, unless the rotation says otherwise. Default 24 h, at most 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan KeyOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often it is written down when keys were used last. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan UseInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a signed-in browser stays so. Default 12 h, at most 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Where bearer tokens come from; none are taken while it names no issuer.</summary>
    public OidcOptions Oidc { get; set; } = new();
}
