using System.Text.Json.Serialization;

namespace AsyncStack.Api.OpenApi;

/// <summary>An error, told as RFC 9457 has it (<c>application/problem+json</c>).</summary>
/// <param name="Type">A URI that names the kind of problem: the section of the RFC that defines the status, or <c>about:blank</c>.</param>
/// <param name="Title">The kind of problem in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong with this request and what would be right.</param>
/// <param name="TraceId">Names the request in logs and traces.</param>
/// <param name="Errors">What is wrong by field; there when fields are wrong. <c>$</c> is the body itself.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null);
