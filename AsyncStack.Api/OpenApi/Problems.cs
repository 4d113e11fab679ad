using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace AsyncStack.Api.OpenApi;

/// <summary>The kinds of problems there are: one for each status, since a status, the detail and the fields say all a caller acts on.</summary>
internal static class Problems
{
    public const string MediaType = "application/problem+json";

    private static readonly FrozenDictionary<int, (string Type, string Description)> ByStatus = new Dictionary<int, (string, string)>
    {
        [400] = (Rfc9110("15.5.1"), "Malformed: the body is no JSON or no UTF-8, or a field, a parameter or a header cannot be read."),
        [401] = (Rfc9110("15.5.2"), "The request does not say who asks, or by a credential that is not valid. WWW-Authenticate and the detail say how to."),
        [403] = (Rfc9110("15.5.4"), "Whoever asks may not do this: the scope that the detail names is missing, or the signed URL is not valid for this request or has expired."),
        [404] = (Rfc9110("15.5.5"), "There is no such thing."),
        [409] = (Rfc9110("15.5.10"), "The state of things does not allow it, or a request with the same Idempotency-Key is in flight."),
        [412] = (Rfc9110("15.5.13"), "If-Match or If-None-Match does not let the request pass."),
        [413] = ("about:blank", "The body is larger than the limit."),
        [415] = (Rfc9110("15.5.16"), "The Content-Type is not one that is taken here."),
        [422] = ("https://tools.ietf.org/html/rfc4918#section-11.2", "Understood, but fields are missing or wrong, or the Idempotency-Key was used with another body."),
        [429] = ("https://tools.ietf.org/html/rfc6585#section-4", "More was asked than the key or the tenant may ask in a time, which RateLimit-Policy and the detail tell. Send it again after Retry-After."),
        [503] = (Rfc9110("15.6.4"), "A dependency is away or a buffer is full. Nothing was taken; send it again after Retry-After."),
    }.ToFrozenDictionary();

    /// <summary>What a status means unless an operation says more.</summary>
    public static string Describe(int status) => ByStatus[status].Description;

    /// <summary>The problem's <c>type</c>.</summary>
    public static string TypeOf(int status) => ByStatus[status].Type;

    /// <summary>A problem as it may look.</summary>
    public static JsonNode Example(int status) => new JsonObject
    {
        ["type"] = TypeOf(status),
        ["title"] = ReasonPhrases.GetReasonPhrase(status),
        ["status"] = status,
        ["detail"] = Describe(status),
        ["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
    };

    /// <summary>The table of all, in Markdown.</summary>
    public static string Table { get; } = "| status | type | meaning |\n|---|---|---|\n" + string.Join(
        '\n', ByStatus.OrderBy(p => p.Key).Select(p => $"| {p.Key} | `{p.Value.Type}` | {p.Value.Description} |"));

    private static string Rfc9110(string section) => $"https://tools.ietf.org/html/rfc9110#section-{section}";
}
