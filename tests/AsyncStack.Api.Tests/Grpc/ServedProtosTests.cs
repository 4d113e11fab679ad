using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Tests.Grpc.Messages;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>What reflection finds where files hold everything that .proto files can.</summary>
public sealed class ServedProtosTests
{
    private static readonly ServedProtos Protos = new(ExtendedReflection.Descriptor.Services[0]);

    [Theory]
    [InlineData("test.extended.Nothing", "extended.proto")]
    [InlineData("test.extended.Nothing.Ask", "extended.proto")]
    [InlineData("test.extended.Base", "extended.proto")]
    [InlineData("test.extended.Base.Colour", "extended.proto")]
    [InlineData("test.extended.Base.RED", "extended.proto")]
    [InlineData("test.extended.Base.Inner", "extended.proto")]
    [InlineData("test.extended.Base.Inner.left", "extended.proto")]
    [InlineData("test.extended.Base.Inner.either", "extended.proto")]
    [InlineData("test.extended.greeting", "extended.proto")]
    [InlineData("test.extended.Scope.count", "extended.proto")]
    [InlineData("test.Text", "echo.proto")]
    [InlineData("test.Echo.Chat", "echo.proto")]
    [InlineData("test.extended", null)]
    [InlineData("test.extended.Base.Colour.RED", null)]
    [InlineData(".test.Text", null)]
    [InlineData("", null)]
    public void A_symbol_is_found_in_the_file_that_declares_it(string symbol, string? file) =>
        Assert.Equal(file, Protos.FindSymbol(symbol)?.Name);

    [Fact]
    public void Extensions_are_found_by_number_wherever_they_are_declared()
    {
        Assert.Equal([101, 150], Protos.FindExtensions("test.extended.Base"));
        Assert.Equal([], Protos.FindExtensions("test.Text"));
        Assert.Null(Protos.FindExtensions("test.extended.Nothing"));
        Assert.Equal("extended.proto", Protos.FindExtension("test.extended.Base", 101)?.Name);
        Assert.Equal("extended.proto", Protos.FindExtension("test.extended.Base", 150)?.Name);
        Assert.Null(Protos.FindExtension("test.extended.Base", 102));
        Assert.Null(Protos.FindExtension("no.Such", 101));
    }

    [Fact]
    public void Only_what_is_served_is_a_service_though_its_imports_declare_more()
    {
        Assert.Equal(["test.extended.Nothing"], Protos.Services);
        Assert.NotNull(Protos.FindFile("echo.proto"));
        Assert.Null(Protos.FindFile("other.proto"));
    }

    [Fact]
    public void A_service_without_a_handler_for_each_method_is_not_served()
    {
        var half = new GrpcService(EchoReflection.Descriptor.Services[0]).Unary<Text, Text>("Once", (text, _) => Task.FromResult(text));

        Assert.Contains("Repeat, Join, Chat", Assert.Throws<InvalidOperationException>(() => half.Methods).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => half.Unary<Text, Text>("Chat", (text, _) => Task.FromResult(text)));
        Assert.Throws<InvalidOperationException>(() => half.Unary<Text, Text>("Nope", (text, _) => Task.FromResult(text)));
    }
}
