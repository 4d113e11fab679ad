using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Model;

public sealed class ModelTests : IDisposable
{
    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create("--Parameters:given=from-configuration");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _builder.Dispose();

    [Fact]
    public async Task Connection_strings_have_the_formats_of_Aspire()
    {
        var password = _builder.AddParameter("password", "p4ss", secret: true);
        var postgres = _builder.AddPostgres("postgres", password: password);
        var database = postgres.AddDatabase("data", "other_name");
        var redis = _builder.AddRedis("cache", password: password);
        var rabbit = _builder.AddRabbitMQ("messaging", _builder.AddParameter("user", "me"), password);
        Allocate(postgres.Resource, 5001);
        Allocate(redis.Resource, 5002);
        Allocate(rabbit.Resource, 5003);

        Assert.Equal("Host=127.0.0.1;Port=5001;Username=postgres;Password=p4ss", await ConnectionStringAsync(postgres.Resource));
        Assert.Equal("Host=127.0.0.1;Port=5001;Username=postgres;Password=p4ss;Database=other_name", await ConnectionStringAsync(database.Resource));
        Assert.Equal("127.0.0.1:5002,password=p4ss", await ConnectionStringAsync(redis.Resource));
        Assert.Equal("amqp://me:p4ss@127.0.0.1:5003", await ConnectionStringAsync(rabbit.Resource));
    }

    [Fact]
    public async Task Storage_is_a_folder_or_an_S3_server()
    {
        var storage = _builder.AddMinio("storage");
        Allocate(storage.Resource, 5004);

        Assert.Matches("^Driver=s3;Endpoint=http://127.0.0.1:5004;AccessKey=[^;]{20};SecretKey=[^;]{40};Region=us-east-1$", await ConnectionStringAsync(storage.Resource));
        storage.Resource.Folder = "/data/objects";
        Assert.Matches("^Driver=file;Path=/data/objects;SigningKey=[^;]{43}$", await ConnectionStringAsync(storage.Resource));
    }

    [Fact]
    public void Expression_names_its_promises_without_evaluating_them()
    {
        var secret = _builder.AddParameter("unset", secret: true);
        var endpoint = _builder.AddContainer("web", "nginx").WithHttpEndpoint().GetEndpoint("http");

        var expression = ReferenceExpression.Create($"{{literal}} {endpoint.Property(EndpointProperty.Port)} {secret}");

        Assert.Equal("{literal} {web.bindings.http.port} {unset.value}", expression.ValueExpression);
    }

    [Fact]
    public async Task Endpoint_without_address_says_that_the_graph_is_not_started()
    {
        var endpoint = _builder.AddContainer("web", "nginx").WithHttpEndpoint().GetEndpoint("http");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await endpoint.GetValueAsync(Cancellation));

        Assert.Contains("before the graph is started", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_goes_before_what_a_parameter_states_or_generates()
    {
        Assert.Equal("from-configuration", await _builder.AddParameter("given", "stated").Resource.GetValueAsync(Cancellation));
        var generated = _builder.AddParameter("generated", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true).Resource;
        var value = await generated.GetValueAsync(Cancellation);
        Assert.Matches("^[A-Za-z0-9]{32}$", value);
        Assert.Equal(value, await generated.GetValueAsync(Cancellation));
    }

    [Fact]
    public void Generated_value_has_every_class_of_characters_asked_for()
    {
        for (var i = 0; i < 200; i++)
        {
            var value = new GenerateParameterDefault { MinLength = 8, MinNumeric = 3 }.GetDefaultValue();

            Assert.Equal(8, value.Length);
            Assert.Contains(value, char.IsAsciiLetterLower);
            Assert.Contains(value, char.IsAsciiLetterUpper);
            Assert.Contains(value, c => !char.IsAsciiLetterOrDigit(c));
            Assert.True(value.Count(char.IsAsciiDigit) >= 3);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("under_score")]
    [InlineData("double--hyphen")]
    [InlineData("trailing-")]
    [InlineData("ümlaut")]
    public void Bad_resource_name_is_refused(string name)
        => Assert.ThrowsAny<ArgumentException>(() => _builder.AddContainer(name, "nginx"));

    [Fact]
    public void Second_resource_of_the_same_name_is_refused_whatever_its_case()
    {
        _builder.AddContainer("web", "nginx");

        var refused = Assert.Throws<DistributedApplicationException>(() => _builder.AddContainer("WEB", "nginx"));

        Assert.Contains("'WEB'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Management_plugin_brings_its_image_and_endpoint()
    {
        var rabbit = _builder.AddRabbitMQ("messaging").WithManagementPlugin();

        Assert.True(rabbit.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image));
        Assert.EndsWith("-management", image.Tag, StringComparison.Ordinal);
        Assert.True(rabbit.Resource.ManagementEndpoint.Exists);
    }

    private static void Allocate(IResource resource, int port)
    {
        foreach (var endpoint in resource.GetAnnotations<EndpointAnnotation>())
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint.UriScheme, "127.0.0.1", port, [port]);
    }

    private static async Task<string?> ConnectionStringAsync(IResourceWithConnectionString resource) => await resource.GetConnectionStringAsync(Cancellation);
}
