using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>JSON may hold half a surrogate pair, which is no text.</summary>
public static class JsonText
{
    /// <summary>Whether every text and every name of a field in it is valid Unicode.</summary>
    public static bool IsValid(JsonElement value)
    {
        try
        {
            Read(value);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Read(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Read(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _ = property.Name;
                    Read(property.Value);
                }

                break;
        }
    }
}
