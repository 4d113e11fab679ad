namespace AsyncStack.Api.Requests;

/// <summary>Collects what is wrong with a request, by field.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    private int _status;

    public bool Any => _errors.Count > 0;

    /// <summary>All of them, in the order in which their fields were named first.</summary>
    public IEnumerable<(string Field, string Message)> All => _errors.SelectMany(e => e.Value.Select(m => (e.Key, m)));

    /// <summary>Puts down an error.</summary>
    /// <param name="field">The field, by its path.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="status">What it is answered with when all errors agree; else with 422.</param>
    public void Add(string field, string message, int status = StatusCodes.Status422UnprocessableEntity)
    {
        _status = Math.Max(_status, status);
        if (!_errors.TryGetValue(field, out var messages))
        {
            _errors[field] = messages = [];
        }

        messages.Add(message);
    }

    /// <summary>Checks a text of the query: a NUL, which the database takes in no text, is put down as an error.</summary>
    public void CheckText(string field, string? text)
    {
        if (text?.Contains('\0') == true)
        {
            Add(field, $"{field} holds characters that are no valid text.");
        }
    }

    /// <summary>The answer: problem+json with every field and its messages.</summary>
    public IResult ToResult() => Results.ValidationProblem(
        _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal),
        detail: string.Join(' ', _errors.SelectMany(e => e.Value)),
        statusCode: _status,
        title: "The request cannot be processed as it is.");
}
