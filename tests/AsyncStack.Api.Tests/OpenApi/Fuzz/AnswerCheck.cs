using System.Text.Json;

namespace AsyncStack.Api.Tests.OpenApi.Fuzz;

/// <summary>Whether an answer is one that the document names.</summary>
internal sealed class AnswerCheck(ApiDocument document)
{
    private readonly SchemaValidator _validator = new(document);

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Find(ApiOperation operation, int status, string? mediaType, byte[] body)
    {
        if (status >= 500)
        {
            return "the server failed";
        }

        var named = operation.Answers.FirstOrDefault(a => a.Name == $"{status}");
        if (named.Value.ValueKind == JsonValueKind.Undefined)
        {
            return "the document does not name this status";
        }

        var contents = ApiOperation.Contents(named.Value).ToList();
        if (mediaType is null)
        {
            return body.Length == 0 && (contents.Count == 0 || operation.Method == "HEAD") ? null : "the answer has no content type";
        }

        var content = contents.Find(c => c.Name == mediaType || c.Name == "*/*");
        return content.Value.ValueKind == JsonValueKind.Undefined ? $"the document does not name {mediaType}"
            : operation.Method == "HEAD" || !mediaType.EndsWith("json", StringComparison.Ordinal) || content.Name == "*/*" ? null
            : Find(content.Value, mediaType, body);
    }

    private string? Find(JsonElement content, string mediaType, byte[] body)
    {
        var value = JsonElement.Parse(body);
        if (mediaType == "application/problem+json")
        {
            var type = content.GetProperty("example").GetProperty("type").GetString();
            if (value.GetProperty("type").GetString() != type)
            {
                return $"the problem's type is not {type}";
            }
        }

        return _validator.Find(content.GetProperty("schema"), value);
    }
}
