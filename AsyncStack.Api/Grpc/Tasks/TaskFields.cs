using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Grpc.TaskV1;

namespace AsyncStack.Api.Grpc.Tasks;

/// <summary>What the fields of requests may hold; what they may not ends the call with INVALID_ARGUMENT.</summary>
internal static class TaskFields
{
    private const int MaxLength = 255;
    private const int MaxEntries = 64;
    private const int MaxValueLength = 4096;

    public static void Check(ProcessTaskRequest request)
    {
        CheckText("resource_id", request.ResourceId);
        CheckText("action", request.Action);
        if (request.Metadata.Count > MaxEntries)
        {
            throw Invalid($"metadata has {request.Metadata.Count} entries; {MaxEntries} are the most.");
        }

        foreach (var (key, value) in request.Metadata)
        {
            CheckText("A key of metadata", key);
            CheckValue($"metadata['{key}']", value, MaxValueLength);
        }
    }

    public static void Check(ListTasksRequest request)
    {
        if (request.PageSize < 0)
        {
            throw Invalid($"page_size is {request.PageSize}; it must not be negative.");
        }

        CheckValue("page_token", request.PageToken, MaxValueLength);
    }

    /// <summary>A text that must be there.</summary>
    public static void CheckText(string field, string text)
    {
        if (text.Length == 0)
        {
            throw Invalid($"{field} is empty; it must have 1 to {MaxLength} characters.");
        }

        CheckValue(field, text, MaxLength);
    }

    private static void CheckValue(string field, string text, int maxLength)
    {
        if (text.Length > maxLength)
        {
            throw Invalid($"{field} has {text.Length} characters; {maxLength} are the most.");
        }

        if (text.Contains('\0'))
        {
            throw Invalid($"{field} holds the character NUL, which cannot be stored; leave it out.");
        }
    }

    private static GrpcException Invalid(string message) => new(GrpcCode.InvalidArgument, message);
}
