using AsyncStack.Api.Audit;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>
/// What the OpenAPI document says of an operation beyond its route: what it takes, every status it answers with, and examples. It is said
/// in the route table by <see cref="OperationExtensions.Describe"/>, since handlers read and write by hand.
/// </summary>
internal sealed class Operation
{
    private readonly Dictionary<int, Answer> _answers = [];

    /// <summary>More than the summary says; Markdown.</summary>
    public string? Description { get; private set; }

    /// <summary>The record that describes a JSON body, and JSON that is good; null when no body is read.</summary>
    public (Type Type, string Example)? Json { get; private set; }

    /// <summary>The record that describes a form, for an operation that takes a file.</summary>
    public Type? Form { get; private set; }

    /// <summary>Whether the body is taken as it is.</summary>
    public bool Bytes { get; private set; }

    /// <summary>Parameters; one of the path or the query that is named here replaces what the handler's signature tells.</summary>
    public List<OpenApiParameter> Parameters { get; } = [];

    /// <summary>The answers, each status once.</summary>
    public IEnumerable<Answer> Answered => _answers.Values;

    public Operation Says(string description)
    {
        Description = description;
        return this;
    }

    /// <summary>Takes JSON, at most 1 MiB unless configured otherwise; what <c>JsonBody</c> refuses is added.</summary>
    /// <typeparam name="T">A record with <c>required</c> members, or <c>JsonElement</c> for any value.</typeparam>
    public Operation Takes<T>(string example)
    {
        Json = (typeof(T), example);
        return Refuses(400, 413, 415);
    }

    /// <summary>Takes <c>multipart/form-data</c>.</summary>
    public Operation TakesForm<T>()
    {
        Form = typeof(T);
        return Refuses(400, 413);
    }

    /// <summary>Takes bytes of any kind.</summary>
    public Operation TakesBytes()
    {
        Bytes = true;
        return Refuses(413);
    }

    public Operation Path(string name, string description, OpenApiSchema schema) => Parameter(ParameterLocation.Path, name, description, schema);

    public Operation Query(string name, string description, OpenApiSchema schema, bool required = false) =>
        Parameter(ParameterLocation.Query, name, description, schema, required);

    public Operation Header(string name, string description, OpenApiSchema schema) => Parameter(ParameterLocation.Header, name, description, schema);

    /// <summary>Takes <c>Idempotency-Key</c>.</summary>
    public Operation Keyed() => Header(
        "Idempotency-Key",
        "A structured-field string of 1 to 255 characters, kept for 24 hours. The same key with the same body gets the first answer again.",
        Schemas.Text(257)).Refuses(409, 422);

    /// <summary>Takes <c>X-Actor</c>, for the audit.</summary>
    public Operation Acted() => Header(
        Actor.Header, "Who does it, as the audit is to say where nobody has to show a credential: letters, digits and `-_.@+:/`.", Schemas.Text(100)).Refuses(422);

    /// <summary>Takes <c>If-Match</c> and <c>If-None-Match</c>.</summary>
    public Operation Conditional() =>
        Header("If-Match", "Entity tags, one of which must be the current one, or `*`.", Schemas.Text())
            .Header("If-None-Match", "Entity tags, none of which may be the current one, or `*`.", Schemas.Text())
            .Refuses(400, 412);

    /// <summary>Answers with a page of a list, newest first; see <see cref="Paging"/>.</summary>
    public Operation Lists<T>(string description, string example) =>
        Query("limit", "Items on the page at the most.", Schemas.Integer(1, 100, 50))
            .Query("cursor", "Where the page begins; from the Link header of the page before.", Schemas.Text(22))
            .Answers<List<T>>(200, description, example)
            .With("Link", "The next page: `<…>; rel=\"next\"` (RFC 8288); absent on the last.")
            .Refuses(422, 503);

    /// <summary>Answers with JSON.</summary>
    /// <typeparam name="T">The record that is serialised.</typeparam>
    public Operation Answers<T>(int status, string description, string? example = null) => Add(new(status, description, typeof(T), example));

    /// <summary>Answers without a body.</summary>
    public Operation Answers(int status, string description) => Add(new(status, description, null, null));

    /// <summary>The last answer, or that of a status, is to be had as this media type too, or only.</summary>
    public Operation As(string mediaType, int? status = null)
    {
        (status is { } one ? _answers[one] : _answers.Values.Last()).Texts.Add(mediaType);
        return this;
    }

    /// <summary>The last answer has this header.</summary>
    public Operation With(string header, string description)
    {
        _answers.Values.Last().Headers[header] = description;
        return this;
    }

    /// <summary>Answers with a problem of each of these statuses.</summary>
    public Operation Refuses(params IReadOnlyList<int> statuses)
    {
        foreach (var status in statuses.Where(s => !_answers.ContainsKey(s)))
        {
            Refuses(status, Problems.Describe(status));
        }

        return this;
    }

    /// <summary>Answers with a problem.</summary>
    public Operation Refuses(int status, string description)
    {
        var answer = new Answer(status, description, typeof(Problem), Problems.Example(status).ToJsonString());
        _answers[status] = answer;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            answer.Headers["Retry-After"] = "Seconds after which it is worth another try.";
        }

        return this;
    }

    private Operation Add(Answer answer)
    {
        _answers[answer.Status] = answer;
        return this;
    }

    private Operation Parameter(ParameterLocation location, string name, string description, OpenApiSchema schema, bool required = false)
    {
        Parameters.Add(new OpenApiParameter
        {
            Name = name, In = location, Description = description, Schema = schema, Required = required || location == ParameterLocation.Path,
        });
        return this;
    }
}
