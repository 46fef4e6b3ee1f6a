// The same methods on grpc-go, with its default server and generated stubs.
//
//	grpc-go PORT CERTIFICATE KEY [CLIENT-CA]
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"io/ioutil"
	"log"
	"net"
	"os"

	"bench/pb"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

type service struct{}

func answer(member string, amountMinor int64) *pb.AccrueResponse {
	points := amountMinor / 100
	return &pb.AccrueResponse{
		MemberId: member,
		Points:   points,
		Balance:  12345 + points,
		Tier:     "GOLD",
		Lines:    []*pb.Line{{Rule: "base", Points: points, Multiplier: 1.5}},
	}
}

func (service) Accrue(_ context.Context, request *pb.AccrueRequest) (*pb.AccrueResponse, error) {
	return answer(request.MemberId, request.AmountMinor), nil
}

func (service) List(request *pb.ListRequest, stream pb.Bench_ListServer) error {
	for number := int64(0); number < int64(request.Count); number++ {
		if err := stream.Send(answer("M-0000123456", number*100)); err != nil {
			return err
		}
	}
	return nil
}

func (service) Chat(stream pb.Bench_ChatServer) error {
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(answer(request.MemberId, request.AmountMinor)); err != nil {
			return err
		}
	}
}

func (service) Echo(_ context.Context, request *pb.Blob) (*pb.Blob, error) { return request, nil }

func main() {
	if len(os.Args) != 4 && len(os.Args) != 5 {
		log.Fatal("usage: grpc-go PORT CERTIFICATE KEY [CLIENT-CA]")
	}
	identity, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	settings := &tls.Config{Certificates: []tls.Certificate{identity}}
	if len(os.Args) == 5 {
		authority, err := ioutil.ReadFile(os.Args[4])
		if err != nil {
			log.Fatal(err)
		}
		settings.ClientAuth = tls.VerifyClientCertIfGiven
		settings.ClientCAs = x509.NewCertPool()
		settings.ClientCAs.AppendCertsFromPEM(authority)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(settings)))
	pb.RegisterBenchServer(server, service{})
	log.Fatal(server.Serve(listener))
}
