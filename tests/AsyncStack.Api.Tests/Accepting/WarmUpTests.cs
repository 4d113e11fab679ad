using AsyncStack.Api.Accepting;
using AsyncStack.Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Api.Tests.Accepting;

public sealed class WarmUpTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Warming_up_reaches_the_database_and_leaves_nothing_there()
    {
        await api.ExecuteAsync("create sequence rehearsals");
        await api.ExecuteAsync("""
            create function count_rehearsal() returns trigger language plpgsql as $$ begin perform nextval('rehearsals'); return null; end $$
            """);
        await api.ExecuteAsync("create trigger count_rehearsal after insert on jobs for each row execute function count_rehearsal()");
        var warmUp = api.Host.Services.GetServices<IHostedService>().OfType<AcceptWarmUp>().Single();

        await warmUp.StartAsync(TestContext.Current.CancellationToken);

        // A sequence keeps what a rollback takes back.
        Assert.Equal(1, await api.ReadAsync<long>("select last_value from rehearsals where is_called"));
        Assert.Equal(0, await api.ReadAsync<long>("select (select count(*) from jobs) + (select count(*) from outbox) + (select count(*) from idempotency_keys)"));
    }
}
