using System.Text.Json;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Resources;

/// <summary>The body of <c>POST</c> and <c>PUT</c>, checked: all of a resource that a caller may say.</summary>
internal sealed record ResourceRequest(string Name, string? Description, string Status)
{
    private const int MaxNameLength = 255;
    private const int MaxDescriptionLength = 10_000;
    private const int MaxStatusLength = 50;
    private const string DefaultStatus = "active";

    /// <summary>Reads and checks; null when the errors say why not.</summary>
    public static ResourceRequest? Read(JsonElement root, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return null;
        }

        var fields = new JsonFields(root, errors);
        var name = fields.Text("name", MaxNameLength);
        if (name is null && !errors.Any)
        {
            errors.Add("name", $"name is required: a text of 1 to {MaxNameLength} characters.");
        }

        var description = fields.Text("description", MaxDescriptionLength, minLength: 0);
        var status = fields.Text("status", MaxStatusLength) ?? DefaultStatus;
        return errors.Any ? null : new ResourceRequest(name!, description, status);
    }
}
