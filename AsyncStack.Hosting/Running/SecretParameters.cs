using System.Collections.Concurrent;
using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Running;

/// <summary>The secret parameters in what resources were started with, also those that only a server or a connection string knows.</summary>
internal sealed class SecretParameters
{
    private readonly ConcurrentDictionary<ParameterResource, bool> _found = new();

    /// <summary>Remembers those that a value is made of.</summary>
    public void Collect(object value)
    {
        switch (value)
        {
            case ParameterResource { Secret: true } parameter:
                _found[parameter] = true;
                break;
            case ReferenceExpression expression:
                foreach (var part in expression.ValueProviders)
                    Collect(part);
                break;
            case IResourceWithConnectionString connection:
                Collect(connection.ConnectionStringExpression);
                break;
        }
    }

    /// <summary>Their values; of those that have one.</summary>
    public async Task<IReadOnlyList<string>> ValuesAsync()
    {
        var values = new List<string>();
        foreach (var parameter in _found.Keys)
            if (await ValueAsync(parameter) is { } value)
                values.Add(value);
        return values;
    }

    private static async ValueTask<string?> ValueAsync(ParameterResource parameter)
    {
        try
        {
            return await parameter.GetValueAsync(CancellationToken.None);
        }
        catch (MissingParameterValueException)
        {
            // Nothing was started with it.
            return null;
        }
    }
}
