using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace AsyncStack.Api.Grpc;

/// <summary>The services that are served, with the files that declare them and everything these import.</summary>
internal sealed class ServedProtos
{
    private readonly FrozenDictionary<string, FileDescriptor> _files;
    private readonly FrozenDictionary<string, FileDescriptor> _symbols;
    private readonly ILookup<string, FieldDescriptor> _extensions;
    private readonly FrozenSet<string> _types;

    public ServedProtos(params IReadOnlyList<ServiceDescriptor> services)
    {
        Services = services.Select(s => s.FullName).ToFrozenSet();
        _files = Closure(services.Select(s => s.File)).ToFrozenDictionary(f => f.Name);
        var messages = _files.Values.SelectMany(f => f.MessageTypes).SelectMany(WithNested).ToList();
        _types = messages.Select(m => m.FullName).ToFrozenSet();
        var extensions = _files.Values.SelectMany(f => f.Extensions.UnorderedExtensions)
            .Concat(messages.SelectMany(m => m.Extensions.UnorderedExtensions)).ToList();
        _extensions = extensions.ToLookup(e => e.ExtendeeType.FullName);
        _symbols = _files.Values.SelectMany(SymbolsOf)
            .Concat(messages.SelectMany(SymbolsOf))
            .Concat(extensions.Select(e => (e.FullName, e.File)))
            .DistinctBy(s => s.FullName)
            .ToFrozenDictionary(s => s.FullName, s => s.File);
    }

    /// <summary>Full names.</summary>
    public FrozenSet<string> Services { get; }

    /// <summary>The file of this name, as imports write it.</summary>
    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    /// <summary>The file that declares a service, method, message, field, oneof, enum, enum value or extension of this full name.</summary>
    public FileDescriptor? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    /// <summary>The file that declares the extension of this message type with this number.</summary>
    public FileDescriptor? FindExtension(string type, int number) => _extensions[type].FirstOrDefault(e => e.FieldNumber == number)?.File;

    /// <summary>The numbers of all extensions of a message type; null when there is no such type.</summary>
    public IReadOnlyList<int>? FindExtensions(string type) =>
        _types.Contains(type) ? [.. _extensions[type].Select(e => e.FieldNumber).Order()] : null;

    /// <summary>The files and all they import, each once, in the order of their being asked for.</summary>
    public static IReadOnlyList<FileDescriptor> Closure(IEnumerable<FileDescriptor> roots)
    {
        var found = new List<FileDescriptor>();
        var waiting = new Queue<FileDescriptor>(roots);
        while (waiting.TryDequeue(out var file))
        {
            if (found.Exists(f => f.Name == file.Name))
            {
                continue;
            }

            found.Add(file);
            foreach (var import in file.Dependencies)
            {
                waiting.Enqueue(import);
            }
        }

        return found;
    }

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);

    private static IEnumerable<(string FullName, FileDescriptor File)> SymbolsOf(FileDescriptor file) =>
        file.Services.SelectMany(s => s.Methods.Select(m => m.FullName).Prepend(s.FullName))
            .Concat(file.EnumTypes.SelectMany(SymbolsOf))
            .Select(name => (name, file));

    private static IEnumerable<(string FullName, FileDescriptor File)> SymbolsOf(MessageDescriptor message) =>
        message.Fields.InDeclarationOrder().Select(f => f.FullName)
            .Concat(message.Oneofs.Select(o => o.FullName))
            .Concat(message.EnumTypes.SelectMany(SymbolsOf))
            .Prepend(message.FullName)
            .Select(name => (name, message.File));

    /// <summary>Values of an enum are named beside it, as in C++, not within it.</summary>
    private static IEnumerable<string> SymbolsOf(EnumDescriptor type)
    {
        var scope = type.FullName[..^type.Name.Length];
        return type.Values.Select(v => scope + v.Name).Prepend(type.FullName);
    }
}
