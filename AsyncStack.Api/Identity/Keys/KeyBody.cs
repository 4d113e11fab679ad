using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>A key to be made, as the document describes it.</summary>
internal sealed record KeyBody
{
    /// <summary>What it is for.</summary>
    [StringLength(100, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>What it may do: <c>jobs:submit</c>, <c>datasets:*</c>, …</summary>
    [MinLength(1), ScopeValues]
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Whose it is; <c>default</c> when it is left out.</summary>
    [StringLength(63, MinimumLength = 1)]
    public string? Tenant { get; init; }

    /// <summary>When it ends; never when it is left out.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The names of scopes, for the document.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ScopeValuesAttribute() : AllowedValuesAttribute([.. ScopeNames.All]);

/// <summary>How a key is replaced; the body may be left out.</summary>
internal sealed record RotateKeyBody
{
    /// <summary>How long the key before is valid too, in seconds; 0 ends it at once. <c>Auth:KeyOverlap</c> when it is left out.</summary>
    [Range(0, 2_592_000)]
    public int? OverlapSeconds { get; init; }

    /// <summary>When the new key ends; as the one before when it is left out.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key to be made, as it was read.</summary>
internal sealed record NewKey(string Name, IReadOnlyList<string> Scopes, string Tenant, DateTimeOffset? ExpiresAt)
{
    public static NewKey Read(JsonElement root, DateTimeOffset now, FieldErrors errors)
    {
        var fields = new JsonFields(root, errors);
        var name = fields.Text("name", 100);
        if (name is null && fields.Any("name") is null)
        {
            errors.Add("name", "name is missing; say what the key is for.");
        }

        var tenant = fields.Text("tenant", 63) ?? CallerIdentity.DefaultTenant;
        if (!Tenants.IsName(tenant))
        {
            errors.Add("tenant", $"tenant is '{tenant}'. {Tenants.Form}");
        }

        return new NewKey(name ?? "", ReadScopes(fields, errors), tenant, ReadEnd(fields, now, errors));
    }

    /// <summary>When a key is to end; what lies behind is put down in the errors.</summary>
    public static DateTimeOffset? ReadEnd(JsonFields fields, DateTimeOffset now, FieldErrors errors)
    {
        if (fields.Time("expires_at") is not { } end)
        {
            return null;
        }

        if (end <= now)
        {
            errors.Add("expires_at", $"expires_at is {end:O}, which is past; it must lie ahead.");
        }

        return end;
    }

    private static List<string> ReadScopes(JsonFields fields, FieldErrors errors)
    {
        if (fields.Any("scopes") is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() is 0 or > 50)
        {
            errors.Add("scopes", $"scopes must be an array of one to 50 of {string.Join(", ", ScopeNames.All)}.");
            return [];
        }

        var scopes = new List<string>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && ScopeNames.All.FirstOrDefault(item.ValueEquals) is { } scope)
            {
                scopes.Add(scope);
            }
            else
            {
                var shown = item.GetRawText() is { Length: <= 40 } raw ? raw : "a longer value";
                errors.Add($"scopes[{scopes.Count}]", $"scopes holds {shown}; it may hold {string.Join(", ", ScopeNames.All)}.");
            }
        }

        return [.. scopes.Distinct(StringComparer.Ordinal)];
    }
}
