using System.Net;
using AsyncStack.Api.Tests.Support;
using StackExchange.Redis;

namespace AsyncStack.Api.Tests.Accepting;

public sealed class CallbackCacheTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_address_to_call_is_in_redis_for_an_hour()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(api.Servers.RedisConnectionString);
        var database = redis.GetDatabase();

        var response = await api.Client.PostAsync(Http.Process, Http.Body());

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var key = "callback:" + (await response.JsonAsync()).GetProperty("correlation_id").GetString();
        await Waiting.ForAsync(() => database.KeyExistsAsync(key));
        Assert.Equal("https://example.com/hook", (string?)await database.StringGetAsync(key));
        Assert.InRange((await database.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
    }
}
