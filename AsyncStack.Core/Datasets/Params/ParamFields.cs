using System.Text.Json;

namespace AsyncStack.Core.Datasets.Params;

/// <summary>Checks fields of a JSON object by their path; null counts as absent.</summary>
internal readonly struct ParamFields(JsonElement root, string prefix, List<ParamError> errors)
{
    public List<ParamError> Errors => errors;

    /// <summary>A field that is an object itself; null when it is absent or wrong.</summary>
    public ParamFields? Object(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return new ParamFields(value, $"{prefix}{name}.", errors);
        }

        Add(name, "must be a JSON object");
        return null;
    }

    /// <summary>A string, not empty when it is there; null when it is absent or wrong.</summary>
    public string? Text(string name, bool required, string[]? known = null)
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                Add(name, known is null ? "is required: a string" : $"is required: one of {string.Join(", ", known)}");
            }
        }
        else if (Read(value) is not { Length: > 0 } text)
        {
            Add(name, "must be a string that is not empty");
        }
        else if (known?.Contains(text) == false)
        {
            Add(name, $"is '{text}'; it must be one of {string.Join(", ", known)}");
        }
        else
        {
            return text;
        }

        return null;
    }

    /// <summary>A number, a boolean or a string.</summary>
    public void Scalar(string name)
    {
        var good = Find(name) is { } value && value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out var number) && double.IsFinite(number),
            JsonValueKind.String => Read(value) is not null,
            JsonValueKind.True or JsonValueKind.False => true,
            _ => false,
        };
        if (!good)
        {
            Add(name, "is required: a number, a string or a boolean");
        }
    }

    /// <summary>A list of strings, not empty when it is there.</summary>
    public void Names(string name, bool required, string[]? known = null)
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                Add(name, "is required: a list of strings");
            }

            return;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0 || value.EnumerateArray().Any(v => Read(v) is null))
        {
            Add(name, "must be a list of strings that is not empty");
        }
        else if (known is not null && value.EnumerateArray().Select(Read).FirstOrDefault(v => !known.Contains(v)) is { } wrong)
        {
            Add(name, $"holds '{wrong}'; known are {string.Join(", ", known)}");
        }
    }

    /// <summary>A whole number from 1.</summary>
    public void Count(string name)
    {
        if (Find(name) is { } value && !(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 1))
        {
            Add(name, "must be a whole number from 1");
        }
    }

    /// <summary>Which of several equal rows count as the original: <c>false</c>, <c>"first"</c> or <c>"last"</c>.</summary>
    public void Keep(string name)
    {
        if (Find(name) is { } value && value.ValueKind != JsonValueKind.False && Read(value) is not ("first" or "last"))
        {
            Add(name, "must be false, \"first\" or \"last\"");
        }
    }

    public void Id(string name)
    {
        if (Find(name) is not { } value)
        {
            Add(name, "is required: the id of a dataset");
        }
        else if (!Guid.TryParseExact(Read(value), "D", out _))
        {
            Add(name, "must be a UUID");
        }
    }

    // A name or a text with half a surrogate pair is JSON, but can be neither compared nor read.
    private JsonElement? Find(string name)
    {
        try
        {
            return root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            Add(name, "cannot be looked up: another field's name is no valid Unicode text");
            return null;
        }
    }

    private static string? Read(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Add(string name, string message) => errors.Add(new ParamError(prefix + name, $"params.{prefix}{name} {message}."));
}
