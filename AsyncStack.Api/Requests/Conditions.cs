using Npgsql;

namespace AsyncStack.Api.Requests;

/// <summary>The conditions of a statement, all of which must hold, and their parameters on its command.</summary>
internal sealed class Conditions(NpgsqlCommand command)
{
    private readonly List<string> _all = [];

    /// <summary>Adds a condition and the parameter in it, unless the value is null: then anything will do.</summary>
    public Conditions Add(object? value, string condition, string parameter)
    {
        if (value is not null)
        {
            _all.Add(condition);
            command.Parameters.AddWithValue(parameter, value);
        }

        return this;
    }

    /// <summary>Adds a condition without a parameter.</summary>
    public Conditions Add(string condition)
    {
        _all.Add(condition);
        return this;
    }

    /// <summary>The condition in SQL.</summary>
    public override string ToString() => _all.Count == 0 ? "true" : string.Join(" and ", _all);
}
