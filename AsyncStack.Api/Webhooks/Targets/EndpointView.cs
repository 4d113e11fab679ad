using System.Text.Json.Serialization;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>A target of callbacks that something is known of: it was entered, or it said that it is gone.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">The address, as callers give it in <c>callback_url</c>.</param>
/// <param name="Enabled">Whether it is called.</param>
/// <param name="CreatedAt">When it was entered.</param>
/// <param name="DisabledAt">Since when it is not called; null while it is.</param>
/// <param name="DisabledReason">Why it is not.</param>
/// <param name="Secrets">The secrets that sign for it, newest first, without their values; none when only the configured ones do.</param>
internal sealed record EndpointView(
    Guid Id,
    string Url,
    bool Enabled,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DisabledAt,
    string? DisabledReason,
    List<SecretView> Secrets);

/// <summary>A secret, without its value.</summary>
/// <param name="Configured">Whether it is the notifier's configured one (or several).</param>
/// <param name="CreatedAt">Since when it signs for this target.</param>
/// <param name="ExpiresAt">Until when; null for the newest.</param>
internal sealed record SecretView(bool Configured, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A new secret, shown this once.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Secret"><c>whsec_</c> and base64 of 32 random bytes.</param>
/// <param name="OverlapUntil">Until when the secrets before sign too; null when they do no more.</param>
internal sealed record NewSecretView(Guid Id, string Secret, DateTimeOffset? OverlapUntil);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<EndpointView>))]
[JsonSerializable(typeof(NewSecretView))]
internal sealed partial class EndpointsJson : JsonSerializerContext;
