using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>The pool a context draws from: the service's data source where it leads to the same place, else its own.</summary>
internal sealed class ContextDataSource<TContext> : IAsyncDisposable, IDisposable
{
    private readonly bool _owned;

    public ContextDataSource(IServiceProvider services, Func<string> connectionString)
    {
        var shared = services.GetService<NpgsqlDataSource>();
        _owned = shared is null || !LeadToTheSamePlace(NpgsqlExtensions.WithDefaults(services, connectionString()), shared.ConnectionString);
        Source = _owned ? NpgsqlExtensions.BuildDataSource(services, connectionString, configure: null) : shared!;
    }

    public NpgsqlDataSource Source { get; }

    public void Dispose()
    {
        if (_owned)
            Source.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_owned)
            await Source.DisposeAsync();
    }

    /// <summary>But for the password, which a data source does not show.</summary>
    private static bool LeadToTheSamePlace(string wanted, string shared) =>
        WithoutPassword(wanted).EquivalentTo(WithoutPassword(shared));

    private static NpgsqlConnectionStringBuilder WithoutPassword(string connectionString) => new(connectionString) { Password = null };
}
