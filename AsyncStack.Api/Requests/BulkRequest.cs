using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.Requests;

/// <summary>
/// A command for everything that a filter finds: <c>{"filter": {…}, "limit": n}</c>. Without a filter it needs <c>"all": true</c>, and what
/// it does not know it refuses: a word misspelled must not widen what is done.
/// </summary>
/// <param name="Filter">What is meant.</param>
/// <param name="Details">The filter, for the audit.</param>
/// <param name="Limit">How many are done at the most.</param>
internal sealed record BulkRequest<TFilter>(TFilter Filter, string Details, int Limit)
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxLimit = 10_000;

    private static readonly string[] Names = ["filter", "all", "limit"];

    /// <summary>Reads the body.</summary>
    /// <param name="request">Where it comes from.</param>
    /// <param name="names">The fields a filter may have.</param>
    /// <param name="read">Reads the filter's fields.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The request, or the answer that refuses it.</returns>
    public static async ValueTask<(BulkRequest<TFilter>? Request, IResult? Refusal)> ReadAsync(
        HttpRequest request, string[] names, Func<JsonFields, FieldErrors, TFilter> read, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(request, MaxBytes, cancellationToken);
        if (body.Refusal is not null)
        {
            return (null, body.Refusal);
        }

        var errors = new FieldErrors();
        var bulk = Read(body.Root, names, read, errors);
        return errors.Any ? (null, errors.ToResult()) : (bulk, null);
    }

    private static BulkRequest<TFilter>? Read(JsonElement root, string[] names, Func<JsonFields, FieldErrors, TFilter> read, FieldErrors errors)
    {
        if (!IsObject("body", root, Names, errors))
        {
            return null;
        }

        var fields = new JsonFields(root, errors);
        var filter = fields.Any("filter") ?? JsonElement.Parse("{}");
        if (!IsObject("filter", filter, names, errors))
        {
            return null;
        }

        var (limit, all) = (fields.Integer("limit", 1, MaxLimit) ?? MaxLimit, fields.Boolean("all") == true);
        var inFilter = new JsonFields(filter, errors, "filter.");
        var wanted = names.Any(n => inFilter.Any(n) is not null);
        if (wanted == all)
        {
            errors.Add("filter", all
                ? "filter names something, and all is true; leave one of them out."
                : $"filter is empty; name at least one of {string.Join(", ", names)}, or send \"all\": true.");
        }

        var meant = read(inFilter, errors);
        return errors.Any ? null : new BulkRequest<TFilter>(meant, Describe(inFilter, names), limit);
    }

    private static string Describe(JsonFields filter, string[] names)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteStartObject("filter");
            foreach (var (name, value) in names.Select(n => (n, filter.Any(n))).Where(f => f.Item2 is not null))
            {
                json.WritePropertyName(name);
                value!.Value.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static bool IsObject(string name, JsonElement value, string[] names, FieldErrors errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(name, $"{name} must be an object.");
            return false;
        }

        foreach (var unknown in value.EnumerateObject().Select(NameOf).Where(n => !names.Contains(n)).Take(3))
        {
            errors.Add(name, $"{name} has a field '{unknown}', which is not known; it may have {string.Join(", ", names)}.");
        }

        return true;
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair is JSON, but no text.
            return "\uFFFD";
        }
    }
}

/// <summary>What a bulk command did.</summary>
/// <param name="Matched">How many the filter found; at most the limit.</param>
/// <param name="Changed">How many of them were changed; the others had changed by themselves meanwhile.</param>
internal sealed record BulkAnswer(int Matched, int Changed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BulkAnswer))]
internal sealed partial class BulkJson : JsonSerializerContext;
